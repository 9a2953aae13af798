/** A bundle → the report: each node judged by itself on the facts that all share, and merged as reports of nodes are. Nobody is asked. */
import { CHECKS } from '../checks/index.js';
import type { Host } from '../host/host.js';
import { LABEL, printable } from '../host/redact.js';
import { type Judgement, judgeAgain } from '../judge/judge.js';
import { record } from '../kubernetes/json.js';
import { isSameNode } from '../kubernetes/same-node.js';
import type { Severity } from '../model/check.js';
import type { AnyFact, BundlePlace } from '../model/facts.js';
import type { Finding, Report } from '../model/report.js';
import { conclude } from '../report/conclude.js';
import { createMerger } from '../report/merge/reports.js';
import type { Flags } from '../setup/options.js';
import { resolveSettings } from '../setup/resolve.js';
import { VERSION } from '../version.js';
import { bundleApiserver } from './apiserver.js';
import { type Asking, askCluster, askOfNode } from './ask.js';
import { type Bundle, type Listener, readBundle } from './read.js';

export interface Choices {
  failOn: Severity;
  skip: readonly string[];
  only: readonly string[];
}

export interface Judged {
  report: Report;
  facts: readonly AnyFact[];
}

/** An error is one line. `flags`: those that choose a node, a DaemonSet, an account and a profile. */
export async function judgeBundle(
  path: string,
  flags: Partial<Flags>,
  own: Host,
  choices: Choices,
  listeners: readonly Listener[] = [],
): Promise<Judged | { error: string }> {
  const bundle = await readBundle(path, listeners, own.now());
  if ('error' in bundle) return bundle;
  const place = placeOf(bundle);
  if (!place) return { error: 'holds nothing that kubelet-doctor reads' };
  const host = withoutMachine(own, bundle.cluster.clockMs);
  const settings = await resolveSettings({ ...chosen(flags), exec: false }, host);
  if ('error' in settings) return settings;
  const asking: Asking = { host, settings, api: bundleApiserver(bundle.cluster), cluster: bundle.cluster, place };
  const shared = await askCluster(asking);
  const ofCluster = [...shared, ...bundle.told.flatMap(({ node, fact }) => (node === undefined ? [fact] : []))];
  const startedAt = new Date(bundle.cluster.clockMs).toISOString();
  const judge = judgeAgain(CHECKS);
  const all = nodesOf(bundle);
  const nodes = settings.node === undefined ? all : all.filter((each) => isSameNode(settings.node ?? '', each));
  const merger = createMerger();
  let first: Judged | undefined;
  let common: Judgement['verdict'][] | undefined;
  for (const node of nodes.length > 0 ? nodes : [settings.node]) {
    const own = node === undefined ? [] : await askOfNode(asking, node);
    const facts = [
      ...ofCluster,
      ...own,
      ...bundle.told.flatMap((told) => (told.node !== undefined && told.node === node ? [told.fact] : [])),
    ];
    const judgements = judge(facts);
    const report = conclude({ judgements, facts, settings: settings.settings, startedAt, durationMs: 0, ...choices });
    common = sameVerdicts(common, judgements);
    first ??= { report, facts };
    if (nodes.length < 2) return first;
    merger.add(node ?? '', report);
  }
  const { report } = merger.finish({ ...choices, tool: { program: 'kubelet-doctor', version: VERSION } });
  if (!report || !first) return first ?? { error: 'holds nothing that kubelet-doctor reads' };
  const questions = new Set(CHECKS.flatMap(({ question }, at) => (common?.[at] ? [question] : [])));
  const where = {
    ...report.where,
    ...(first.report.where.bundle && { bundle: first.report.where.bundle }),
    place: first.report.where.place,
  };
  return { report: { ...report, where, findings: ofClusterOnce(report.findings, questions, first.report.findings) }, facts: first.facts };
}

/** Verdicts that have been the same object on all nodes: what they say is of the cluster. */
function sameVerdicts(before: Judgement['verdict'][] | undefined, judgements: readonly Judgement[]): Judgement['verdict'][] {
  return judgements.map(({ verdict }, at) => (before === undefined || before[at] === verdict ? verdict : (undefined as never)));
}

/** What is of the cluster is said once, and of no node. */
function ofClusterOnce(findings: readonly Finding[], questions: ReadonlySet<string>, own: readonly Finding[]): Finding[] {
  const originals = new Map(flat(own).map((finding) => [finding.cause, finding]));
  const again = (finding: Finding): Finding => {
    const consequences = finding.consequences.map(again);
    const original = originals.get(finding.cause);
    if (!original || !questions.has(finding.question)) return { ...finding, consequences };
    return { ...original, consequences };
  };
  return findings.map(again);
}

const flat = (findings: readonly Finding[]): Finding[] => findings.flatMap((finding) => [finding, ...flat(finding.consequences)]);

/** Nodes that have an object, and those of which something was told. */
function nodesOf({ cluster, told }: Bundle): string[] {
  const names = cluster.index.list('Node').map(({ metadata }) => String(record(metadata).name));
  return [...new Set([...names, ...told.flatMap(({ node }) => node ?? [])])].sort();
}

function placeOf(bundle: Bundle): BundlePlace | undefined {
  if (bundle.cluster.index.count() === 0 && bundle.told.length === 0) return undefined;
  const { version } = bundle.cluster;
  return { format: 'bundle', nodes: nodesOf(bundle).length, ...(version && { version: printable(version.gitVersion, LABEL) }) };
}

/** Nothing of the machine that reads it counts: no environment, no file of an agent, no kubeconfig. */
function withoutMachine(own: Host, clockMs: number): Host {
  return {
    ...own,
    env: {},
    root: '',
    home: '/nonexistent',
    hostName: '',
    now: () => clockMs,
    readFile: async (path) => ({ ok: false, path, code: 'ENOENT', detail: 'no such file' }),
    listDirectory: async () => [],
    locate: async (path) => path,
    interfaceAddresses: () => [],
  };
}

/** Flags that mean the same of a bundle. */
const MEANT = ['node', 'daemonset', 'service-account', 'profile', 'feature', 'agent-version', 'kubernetes-version'] as const;

function chosen(flags: Partial<Flags>): Partial<Flags> {
  return Object.fromEntries(MEANT.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])));
}
