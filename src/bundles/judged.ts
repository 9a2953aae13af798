/** A bundle → the report: each node judged by itself on the facts that all share, and merged as reports of nodes are. Nobody is asked. */
import { CHECKS } from '../checks/index.js';
import type { Why } from '../files/packed/types.js';
import type { Host } from '../host/host.js';
import { LABEL, printable } from '../host/redact.js';
import { type Judgement, judgeAgain } from '../judge/judge.js';
import { record } from '../kubernetes/json.js';
import { nearTo } from '../kubernetes/near.js';
import { isSameNode } from '../kubernetes/same-node.js';
import type { Severity } from '../model/check.js';
import type { AnyFact, BundlePlace } from '../model/facts.js';
import type { Report } from '../model/report.js';
import { conclude } from '../report/conclude.js';
import { createMerger } from '../report/merge/reports.js';
import type { Flags } from '../setup/options.js';
import { resolveSettings } from '../setup/resolve.js';
import { isHostName } from '../setup/values.js';
import { VERSION } from '../version.js';
import { bundleApiserver } from './apiserver.js';
import { type Asking, askCluster, askOfNode } from './ask.js';
import { commandsFor } from './collect.js';
import type { Format } from './collectors/formats.js';
import { kindOf } from './kinds.js';
import { daemonSetsOfPods } from './objects/by-pods.js';
import { agentPods, firstOf, type NamedPod, podNamed } from './objects/pod-named.js';
import { askedOf } from './questions.js';
import { type Bundle, type Listener, readBundle } from './read.js';

const NOTHING = 'holds nothing that kubelet-doctor reads';

export interface Choices {
  failOn: Severity;
  skip: readonly string[];
  only: readonly string[];
}

export interface Judged {
  report: Report;
  facts: readonly AnyFact[];
  /** Commands that read what the bundle lacks. */
  lists: readonly string[];
  /** What of it could not be read, and why: paths are others' words. */
  unread: readonly string[];
}

/** What a run is told beside its flags: `pod` picks its node and its DaemonSet. */
export type Chosen = Partial<Flags> & { pod?: string };

/** An error is one line; `isChoice` of what was chosen, where the bundle itself is read. `flags`: those that choose a node, a DaemonSet, an account, a profile. */
export async function judgeBundle(
  path: string | Buffer | Bundle,
  given: Chosen,
  own: Host,
  choices: Choices,
  listeners: readonly Listener[] = [],
): Promise<Judged | { error: string; format?: Format; fault?: string; isChoice?: true }> {
  const bundle = typeof path === 'object' && 'cluster' in path ? path : await readBundle(path, listeners, own.now());
  if ('error' in bundle) return bundle;
  const place = placeOf(bundle);
  const { format, fault = sealedBy(bundle) } = bundle;
  if (!place) return { error: NOTHING, ...(format && { format }), ...(fault !== undefined && { fault }) };
  const pod = given.pod === undefined ? undefined : podNamed(given.pod, bundle.cluster.index);
  if (pod && 'error' in pod) return { ...pod, isChoice: true };
  if (pod?.node !== undefined && given.node !== undefined && !isSameNode(given.node, pod.node))
    return { error: `--pod ${given.pod}: runs on node ${pod.node}, not on --node ${given.node}`, isChoice: true };
  const flags = ofPod(given, pod);
  const host = withoutMachine(own, bundle.cluster.clockMs, flags.profile);
  const settings = await resolveSettings({ ...chosen(flags), exec: false }, host);
  if ('error' in settings) return { ...settings, isChoice: true };
  const all = nodesOf(bundle);
  const nodes = settings.node === undefined ? all : all.filter((each) => isSameNode(settings.node ?? '', each));
  if (settings.node !== undefined && nodes.length === 0) return { error: noSuchNode(settings.node, all), isChoice: true };
  const daemonset = settings.placement.daemonset && noSuchDaemonSet(settings.placement.daemonset, bundle);
  if (daemonset) return { error: daemonset, isChoice: true };
  const asking: Asking = { host, settings, api: bundleApiserver(bundle.cluster), cluster: bundle.cluster, place };
  const shared = await askCluster(asking);
  const ofCluster = [...shared, ...bundle.told.flatMap(({ node, fact }) => (node === undefined ? [fact] : []))];
  const startedAt = new Date(bundle.cluster.clockMs).toISOString();
  const judge = judgeAgain(CHECKS);
  const merger = createMerger();
  const agents = agentPods(bundle.cluster.index);
  let first: Judged | undefined;
  let common: Verdicts | undefined;
  for (const node of nodes.length > 0 ? nodes : [settings.node]) {
    const own = node === undefined ? [] : await askOfNode(asking, node);
    const facts = [
      ...ofCluster,
      ...own,
      ...bundle.told.flatMap((told) => (told.node !== undefined && told.node === node ? [told.fact] : [])),
    ];
    const judgements = judge(facts);
    const concluded = conclude({
      judgements: askedOf(judgements, facts, node, pod, agents),
      facts,
      settings: settings.settings,
      startedAt,
      durationMs: 0,
      ...choices,
    });
    // Of a node that is no object in the bundle its files tell the name.
    const { where } = concluded;
    const report = where.node === '' && node !== undefined ? { ...concluded, where: { ...where, node } } : concluded;
    common = sameVerdicts(common, judgements);
    first ??= { report, facts, lists: commandsFor(bundle.cluster), unread: unreadIn(bundle) };
    if (nodes.length < 2) return first;
    merger.add(node ?? '', report);
  }
  if (!first) return { error: NOTHING };
  const questions = new Set(CHECKS.flatMap(({ question }, at) => (common?.[at] ? [question] : [])));
  const tool = { program: 'kubelet-doctor', version: VERSION };
  const { report = first.report } = merger.finish({ ...choices, tool, shared: { questions, report: first.report } });
  return { ...first, report };
}

type Verdicts = (Judgement['verdict'] | undefined)[];

/**
 * Verdicts that have been the same on all nodes: what they say is of the cluster. Of a problem only where nothing of one node was read, or where it is about
 * DaemonSets and names no node.
 */
function sameVerdicts(before: Verdicts | undefined, judgements: readonly Judgement[]): Verdicts {
  const isSame = (one: Verdicts[number], other: Judgement['verdict']) =>
    one?.kind === other.kind && JSON.stringify(one) === JSON.stringify(other);
  const mayBe = ({ check, verdict }: Judgement) => verdict.kind !== 'problem' || check.needs.includes('apiserver/workloads');
  return judgements.map((judgement, at) => {
    const [one, { verdict }] = [before?.[at], judgement];
    return before === undefined || one === verdict || (one && mayBe(judgement) && isSame(one, verdict)) ? verdict : undefined;
  });
}

function noSuchNode(name: string, all: readonly string[]): string {
  if (all.length === 0) return `--node ${name}: the bundle names no node; leave the option out`;
  const alike = nearTo(name, all);
  return `--node ${name}: the bundle contains no such node; it contains ${firstOf(alike.length > 0 ? alike : all)}`;
}

/** Where all are in the bundle, that one is not is a finding. */
function noSuchDaemonSet({ namespace, name }: { namespace: string; name: string }, { cluster }: Bundle): string | undefined {
  const { index, whole } = cluster;
  const kind = kindOf('DaemonSet');
  if (!kind || index.get('DaemonSet', namespace, name) || whole.of(kind, namespace).is === 'whole') return undefined;
  const ofPods = daemonSetsOfPods(cluster).map(({ workload }) => `${workload.namespace}/${workload.name}`);
  if (ofPods.includes(`${namespace}/${name}`)) return undefined;
  const all = [...index.list('DaemonSet').map(({ metadata }) => `${record(metadata).namespace}/${record(metadata).name}`), ...ofPods];
  const named = `--daemonset ${namespace}/${name}: the bundle contains no`;
  if (all.length === 0) return `${named} DaemonSets; leave the option out`;
  const alike = nearTo(`${namespace}/${name}`, all);
  return `${named} such DaemonSet; it contains ${firstOf(alike.length > 0 ? alike : all)}`;
}

/** What is not chosen otherwise is the pod's. */
function ofPod(given: Chosen, pod: NamedPod | undefined): Partial<Flags> {
  const { node = pod?.node, daemonset = pod?.daemonset } = given;
  return { ...given, ...(node !== undefined && { node }), ...(daemonset !== undefined && { daemonset }) };
}

/** Nodes that have an object, those of which something was told, and those that files name. */
function nodesOf({ cluster, told, named }: Bundle): string[] {
  const names = cluster.index.list('Node').map(({ metadata }) => String(record(metadata).name));
  // A name stands in commands, and a bundle may call a node what it likes.
  return [...new Set([...names, ...told.flatMap(({ node }) => node ?? []), ...named])].filter(isHostName).sort();
}

/** Why nothing of it is read, where that is the reason. */
function sealedBy({ skipped }: Bundle): string | undefined {
  return skipped.some(({ why }) => why === 'encrypted') ? 'what it contains is encrypted; decrypt it first' : undefined;
}

/** What a collector takes along by the way, as links to its own files, is left out without a word. */
const WORTH_SAYING: readonly Why[] = ['encrypted', 'binary', 'damaged', 'nested too deep', 'too large', 'cannot be read'];

function unreadIn({ fault, skipped, lacks, left }: Bundle): string[] {
  const named = skipped.filter(({ why }) => WORTH_SAYING.includes(why)).map(({ path, why }) => `${path}: ${why}`);
  return [...(fault === undefined ? [] : [`the bundle ${fault}`]), ...named, ...(lacks === undefined ? [] : [lacks]), ...left];
}

function placeOf(bundle: Bundle): BundlePlace | undefined {
  if (bundle.cluster.index.count() === 0 && bundle.told.length === 0 && bundle.named.length === 0) return undefined;
  const { format, collector } = bundle;
  const { version } = bundle.cluster;
  return {
    format: format?.name ?? 'folder of Kubernetes objects',
    ...(collector !== undefined && { collector: printable(collector, LABEL) }),
    ...(version && { version: printable(version.gitVersion, LABEL) }),
    ...(bundle.fault !== undefined && { isCut: true }),
    nodes: nodesOf(bundle).length,
  };
}

/** Nothing of the machine that reads it counts: no environment, no file of an agent, no kubeconfig. What is named with --profile is the reader's word. */
function withoutMachine(own: Host, clockMs: number, profile: string | undefined): Host {
  return {
    ...own,
    env: {},
    root: '',
    home: '/nonexistent',
    hostName: '',
    now: () => clockMs,
    readFile: async (path, most) =>
      path === profile ? own.readFile(path, most) : { ok: false, path, code: 'ENOENT', detail: 'no such file' },
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
