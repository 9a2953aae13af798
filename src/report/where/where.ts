/**
 * A report's `where`, from the facts: on which place and node it ran, as whom, against which kubelet and apiserver; formats say it in words. And its
 * commands, for the cluster that was asked.
 */
import { isOf } from '../../checks/shared/address.js';
import { agentsCandidate } from '../../checks/shared/kubelet.js';
import { nodeHere } from '../../checks/shared/on-node.js';
import { anotherAsked, isSameNode } from '../../checks/shared/own-node.js';
import { seen, subjectOf } from '../../checks/shared/read.js';
import { canonicalAddress, isLoopback } from '../../kubernetes/addresses.js';
import { type Aim, aimed, withoutAim } from '../../kubernetes/aim.js';
import type { Fix } from '../../model/check.js';
import type { AnyFact, Place, Setting, Target } from '../../model/facts.js';
import type { Finding, Report, Result, Where } from '../../model/report.js';
import { listed } from '../../words/formats.js';
import { sayWhere } from '../../words/report.js';
import { dataOf, factOf, factsOf } from '../facts.js';
import { againIn, isRunThere, scriptOf } from './by-script.js';
import { placeOf, vantageOf } from './places.js';

/** Empty strings where a part is not known. */
export function whereOf(facts: readonly AnyFact[]): Where {
  const place = dataOf(facts, 'self/place');
  const identity = dataOf(facts, 'apiserver/identity');
  const claims = dataOf(facts, 'apiserver/credential')?.token;
  const claimed = claims?.subject ? sayWhere('unconfirmed', { user: claims.subject }) : '';
  const settings = dataOf(facts, 'self/settings');
  const asKubelet = settings?.some(({ setting, value }) => setting === 'apiserver.kubeletIdentity' && value === 'used');
  const account = dataOf(facts, 'apiserver/account');
  const judged = account && account.from !== 'identity' && account.user !== identity?.user ? account.user : undefined;
  const impersonated = settings?.find(({ setting }) => setting === 'apiserver.as')?.value;
  const user = identity?.user ?? '';
  const who = impersonated === user ? sayWhere('impersonated', { user }) : asKubelet ? sayWhere('asKubelet', { user }) : user;
  const setting = (name: string) => settings?.find((each) => each.setting === name)?.value;
  const [kubeconfig, context] = [setting('kubeconfig'), setting('context')];
  const asked = anotherAsked(settings ?? [], place);
  const candidateOf = (target: Target) => {
    const candidate = agentsCandidate(factOf(facts, `${target}/candidates`));
    return candidate ? subjectOf(candidate) : '';
  };
  const others = othersThanGiven(facts);
  const script = place && scriptOf(place);
  const node =
    dataOf(facts, 'apiserver/node')?.node ??
    asked?.node ??
    identity?.node ??
    claims?.node ??
    nodeHere(place, dataOf(facts, 'self/kubelet-process')) ??
    place?.node ??
    '';
  const machine = asked?.machine ?? machineBeside(place, node);
  return {
    place: place ? placeOf(place) : '',
    vantage: place ? vantageOf(place) : '',
    node,
    identity: identity ? (judged ? sayWhere('forAccount', { who, account: judged }) : who) : claimed,
    kubelet: candidateOf('kubelet'),
    apiserver: candidateOf('apiserver'),
    ...(machine && { machine }),
    ...(place?.leftOver !== undefined && { leftOver: place.leftOver }),
    ...(script && { script }),
    ...(others && { nodeAddresses: others }),
    ...(place?.bundle && { bundle: place.bundle }),
    ...(kubeconfig && { kubeconfig }),
    ...(kubeconfig && context && { context }),
    ...(identity && judged && { account: judged }),
  };
}

/** What a flag, a variable or a token brought along names need not be where we are. */
function machineBeside(place: Place | undefined, node: string): string | undefined {
  const machine = place?.place === 'workstation' ? undefined : place?.node;
  return machine && node && !isSameNode(machine, node) ? machine : undefined;
}

/** Addresses listed on line 3: a Node has two or three. */
const ADDRESSES_SHOWN = 3;

/**
 * The Node's addresses, where the one that a flag or setting gives for its kubelet is none of them: perhaps it is a kubeconfig of another cluster,
 * perhaps a forwarded port. A name must have been resolved to say so; and in the host's network loopback is the node itself.
 */
function othersThanGiven(facts: readonly AnyFact[]): string | undefined {
  const given = agentsCandidate(factOf(facts, 'kubelet/candidates'));
  const node = dataOf(facts, 'apiserver/node');
  if (given?.origin !== 'setting' || !node || node.addresses.length === 0) return undefined;
  const resolved = factsOf(facts, 'kubelet/dns').find(({ subject }) => subject === given.host);
  const hosts = [given.host, ...((resolved && seen(resolved)?.addresses) ?? []).map(({ address }) => address)];
  const isUnresolved = hosts.length === 1 && canonicalAddress(given.host) === undefined;
  const isHere = dataOf(facts, 'self/place')?.vantage === 'host-network' && hosts.some(isLoopback);
  if (isUnresolved || isHere || isOf(node, hosts)) return undefined;
  return listed([...new Set(node.addresses.map(({ address }) => address))].slice(0, ADDRESSES_SHOWN));
}

/** The file that a report judges, by its settings: `--manifest`, and nothing else. */
export function judgedFile({ settings }: Pick<Report, 'settings'>): string | undefined {
  return settings.find(({ setting, value }) => setting === 'manifest' && value !== '')?.value;
}

/**
 * What the user named. In a pod nothing is: kubectl runs elsewhere. Nor where the kubelet's own kubeconfig was named: it may read, and no fix can be
 * made with it.
 */
export function aimOf({ settings, where }: { settings: readonly Setting[]; where: Where }): Aim {
  if (/pod|container/.test(where.place) || where.identity.startsWith('system:node:')) return {};
  const named = (name: string) => settings.find(({ setting }) => setting === name);
  const [kubeconfig, context] = [named('kubeconfig'), named('context')];
  const [byFile, byContext] = [kubeconfig?.origin === 'flag', context?.origin === 'flag'];
  return {
    ...(byFile && kubeconfig && { kubeconfig: kubeconfig.value }),
    // The current context of a file that was named may be another one tomorrow.
    ...((byFile || byContext) && context && { context: context.value }),
  };
}

type Commanding = Pick<Report, 'findings' | 'results' | 'evidence'>;

/** Findings and results whose commands ask that cluster. */
export function aimedAt<T extends Commanding>(report: T, aim: Aim): T {
  return inCommands(report, (command) => aimed(command, aim));
}

/** A kubeconfig that a file names may run a program of its choice, so it stays out of commands; a context is one of the reader's own. */
export function withoutKubeconfig<T extends Commanding>(report: T): T {
  return inCommands(report, (command) => withoutAim(command, 'kubeconfig'));
}

const JUDGE = 'kubelet-doctor judge FILE';

/** Of answers of a script, and of a bundle: what runs this program there runs the script there. */
export function againAt<T extends Commanding>(report: T, where: Where): T {
  const again = againIn(where);
  const judgedAgain = (command: string) => (where.bundle ? command.replace(/^kubelet-doctor nodes(?= --daemonset )/, JUDGE) : command);
  const asked = again ? inCommands(report, (command) => (isRunThere(command) ? again : judgedAgain(command))) : report;
  return where.bundle ? { ...asked, findings: asked.findings.map(printedHere) } : asked;
}

/** What a command would print by asking the cluster, the report has itself. */
function printedHere(finding: Finding): Finding {
  const fixes = finding.fixes.map((fix) => {
    const { source, ...rest } = fix;
    return source?.includes(' rbac --missing ') && fix.steps ? rest : fix;
  });
  return { ...finding, fixes, consequences: finding.consequences.map(printedHere) };
}

function inCommands<T extends Commanding>(report: T, change: (command: string) => string): T {
  const ofFinding = (finding: Finding): Finding => ({
    ...finding,
    fixes: finding.fixes.map((fix) => ofFix(fix, change)),
    evidence: finding.evidence.map((each) => reproducing(each, change)),
    decide: finding.decide.map(change),
    consequences: finding.consequences.map(ofFinding),
  });
  return {
    ...report,
    findings: report.findings.map(ofFinding),
    results: report.results.map((result) => ofResult(result, change)),
    evidence: report.evidence.map((fact) => reproducing(fact, change)),
  };
}

/** The same object where nothing changes: many reports share it. */
function ofResult(result: Result, change: (command: string) => string): Result {
  const elsewhere = result.elsewhere.map(change);
  return elsewhere.every((command, at) => command === result.elsewhere[at]) ? result : { ...result, elsewhere };
}

function reproducing<T extends { reproduce?: string | undefined }>(seen: T, change: (command: string) => string): T {
  const { reproduce } = seen;
  const changed = reproduce === undefined ? undefined : change(reproduce);
  return changed === reproduce ? seen : { ...seen, reproduce: changed };
}

/** Steps are commands where they are not a file's text. */
function ofFix(fix: Fix, change: (command: string) => string): Fix {
  const { steps, source, verify, form = 'shell' } = fix;
  return {
    ...fix,
    ...(steps !== undefined && form === 'shell' && { steps: change(steps) }),
    ...(source !== undefined && { source: change(source) }),
    ...(verify !== undefined && { verify: change(verify) }),
  };
}
