/**
 * Orders problems by a lexicographic key, no weights: root before consequence → severity (of the worst that follows) → a name that does not exist →
 * another server than the one that was meant → here before elsewhere → what blocks now before what waits behind it, however certain → proven before
 * suspected → on more nodes → lowest layer → agent features lost → id → target. Nothing is dropped: what follows from another finding is nested under it.
 */
import { type Fix, LAYERS, type Layer, type Problem, SEVERITIES, type Severity } from '../model/check.js';
import type { Target } from '../model/facts.js';
import type { Finding } from '../model/report.js';
import { formOf } from '../words/formats.js';
import { say } from '../words/report.js';

/** A problem with what its check says of itself. */
export interface Judged {
  question: string;
  target: Target;
  layer: Layer;
  problem: Problem;
}

/** One connection fails from left to right; `settings` is no part of it. */
const CHAIN: readonly Layer[] = LAYERS.filter((layer) => layer !== 'settings');

/** What this machine sees by itself. Every target of today is one; a report of many nodes will have others. */
const HERE: readonly Target[] = ['self', 'kubelet', 'apiserver'];

/** A name that was typed and does not exist comes before all that was found without it: who meant another node or account reads no further. */
const OF_NAMES: readonly string[] = ['named-node', 'named-account'];

/** Causes that say that another server answers than the one that was meant: whatever is wrong beside is looked at when the right one does. */
const STRANGERS: readonly string[] = [
  'kubelet-host-not-a-node',
  'kubelet-answers-for-another-node',
  'kubelet-certificate-changes',
  'not-a-kubelet',
  'kubelet-port-taken',
];

/** Whose certificate it is, these leave open. */
const UNVOUCHED: readonly string[] = ['kubelet-certificate-self-signed', 'kubelet-certificate-unknown-authority'];

type Link = 'declared' | 'same connection';

/** A problem on its way to becoming a finding. */
interface Ranked {
  judged: Judged;
  finding: Finding;
  cause?: { node: Ranked; link: Link };
}

/** Ranks the problems; `explainedBy` gives the causes that, when present, are the reason for a cause. */
export function rank(problems: readonly Judged[], explainedBy: (cause: string) => readonly string[]): Finding[] {
  const nodes = problems
    .map((judged): Ranked => ({ judged, finding: toFinding(judged) }))
    .sort((a, b) => compareFindings(a.finding, b.finding, ({ cause }) => ({ waits: false, leads: STRANGERS.includes(cause) })));
  // From the last to the first: in a circle of declarations the best-ranked finding is asked last, finds the way closed, and stays the root.
  for (const node of [...nodes].reverse()) node.cause = chooseCause(node, nodes, explainedBy);
  for (const node of nodes) node.cause?.node.finding.consequences.push(node.finding);
  const roots = nodes.filter((node) => !node.cause).map((node) => node.finding);
  for (const { finding, cause } of nodes)
    finding.rankedBy = readableKey(finding, cause, standAmong(cause?.node.finding.consequences ?? roots, finding));
  return inOrder(roots);
}

/** Sorts findings and, within each, its consequences. Total: two findings compare equal only when they are equal. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const stands = new Map(findings.map((finding) => [keyOf(finding), standAmong(findings, finding)]));
  return findings
    .map((finding) => ({ ...finding, consequences: inOrder(finding.consequences) }))
    .sort((a, b) => compareFindings(a, b, (finding) => stands.get(keyOf(finding)) ?? standAmong(findings, finding)));
}

/** Another server than the one that was meant is said first, unless a certificate alone makes it doubtful. */
function standAmong(findings: readonly Finding[], finding: Finding): Stand {
  const leads = isStranger(finding) && !findings.some((other) => yieldsTo(finding, other));
  return { waits: waitsAmong(findings, finding), leads };
}

/** One of each stands in a list. */
function keyOf({ cause, target }: Finding): string {
  return `${cause} ${target}`;
}

/**
 * Is the way to the same server blocked at a lower layer, on every node it was seen on? Then its fix shows nothing yet, however certain it is: a
 * permission that the apiserver denies, at a kubelet that nothing reaches.
 */
function waitsAmong(findings: readonly Finding[], finding: Finding): boolean {
  if (!isFailure(finding.severity)) return false;
  return findings.some(
    (other) =>
      other.severity === 'blocks' &&
      other.target === finding.target &&
      isBelow(other, finding) &&
      !yieldsTo(other, finding) &&
      (finding.seen?.nodes ?? []).every((node) => other.seen?.nodes.includes(node)),
  );
}

/** A suspicion that rests on a certificate nobody vouches for neither goes before that fault nor explains it: such a certificate may say anything. */
function yieldsTo(doubt: Finding, { cause, certainty }: Finding): boolean {
  return doubt.certainty === 'suspected' && certainty === 'proven' && UNVOUCHED.includes(cause) && doubt.alternatives.includes(cause);
}

/** All findings, each cause directly before its consequences. */
export function flatten(findings: readonly Finding[]): Finding[] {
  return findings.flatMap((finding) => [finding, ...flatten(finding.consequences)]);
}

function toFinding({ question, target, layer, problem }: Judged): Finding {
  return {
    cause: problem.cause,
    question,
    target,
    layer,
    severity: problem.severity,
    certainty: problem.certainty,
    ...(problem.witnesses && { witnesses: [...problem.witnesses] }),
    alternatives: problem.alternatives ?? [],
    title: problem.title,
    ...(problem.ofOthers && { ofOthers: problem.ofOthers }),
    features: problem.features,
    evidence: problem.evidence,
    // The check's own order, but what deletes or lowers security (verification off, …) never stands before another way.
    fixes: [...problem.fixes.filter((fix) => !isGrave(fix)), ...problem.fixes.filter(isGrave)],
    decide: [...new Set((problem.wants ?? []).flatMap((want) => (want.elsewhere ? [want.elsewhere] : [])))],
    rankedBy: [],
    consequences: [],
  };
}

/** Said loudly, and never first. */
export function isGrave({ changes }: Fix): boolean {
  return changes === 'security' || changes === 'deletes';
}

/** The one cause a finding is nested under: declared before implied, proven before suspected, then the nearest (highest) layer. */
function chooseCause(node: Ranked, nodes: readonly Ranked[], explainedBy: (cause: string) => readonly string[]): Ranked['cause'] {
  const declared = [...explainedBy(node.finding.cause), ...(node.judged.problem.explainedBy ?? [])];
  return nodes
    .flatMap((other) => {
      const link = linkOf(other, node, declared);
      return link ? [{ node: other, link }] : [];
    })
    .sort(
      (a, b) =>
        Number(a.link !== 'declared') - Number(b.link !== 'declared') ||
        Number(a.node.finding.certainty === 'suspected') - Number(b.node.finding.certainty === 'suspected') ||
        LAYERS.indexOf(b.node.finding.layer) - LAYERS.indexOf(a.node.finding.layer),
    )
    .find((candidate) => !descendsFrom(candidate.node, node));
}

/**
 * How `lower` explains `upper`, if it does. Risks and notes explain nothing, and what works unsafely does not follow from what fails. Which server
 * answers does not follow from what is wrong with its answers, its certificate among them.
 */
function linkOf(lower: Ranked, upper: Ranked, declared: readonly string[]): Link | undefined {
  if (lower === upper || !isFailure(lower.finding.severity) || yieldsTo(lower.finding, upper.finding)) return undefined;
  if (lower.finding.cause !== upper.finding.cause && declared.includes(lower.finding.cause)) return 'declared';
  if (isStranger(upper.finding)) return undefined;
  const connected = isBelow(lower.finding, upper.finding) && seenAt(lower) === seenAt(upper);
  return connected && lower.finding.severity === 'blocks' && isFailure(upper.finding.severity) ? 'same connection' : undefined;
}

/** On one connection. An answer that was read has passed authorization: what is wrong with it does not follow from a right for another path. */
function isBelow(lower: Finding, upper: Finding): boolean {
  const [from, to] = [CHAIN.indexOf(lower.layer), CHAIN.indexOf(upper.layer)];
  return from >= 0 && from < to && !(lower.layer === 'authz' && upper.layer === 'payload');
}

function isFailure(severity: Severity): boolean {
  return severity === 'blocks' || severity === 'degrades';
}

function seenAt({ judged }: Ranked): Target {
  return judged.problem.observedAt ?? judged.target;
}

function descendsFrom(node: Ranked, ancestor: Ranked): boolean {
  for (let at: Ranked | undefined = node; at; at = at.cause?.node) if (at === ancestor) return true;
  return false;
}

/** A cause counts as severe as the worst that follows from it, and costs the features of all. */
function weigh(finding: Finding): { severity: Severity; features: number } {
  const all = flatten([finding]);
  const worst = Math.min(...all.map((each) => SEVERITIES.indexOf(each.severity)));
  return { severity: SEVERITIES[worst] ?? finding.severity, features: new Set(all.flatMap((each) => each.features)).size };
}

/** How a finding stands among those it is sorted with. */
interface Stand {
  waits: boolean;
  leads: boolean;
}

function compareFindings(a: Finding, b: Finding, standOf: (finding: Finding) => Stand): number {
  const [ours, theirs] = [weigh(a), weigh(b)];
  const [mine, its] = [standOf(a), standOf(b)];
  return (
    SEVERITIES.indexOf(ours.severity) - SEVERITIES.indexOf(theirs.severity) ||
    Number(!isOfName(a)) - Number(!isOfName(b)) ||
    Number(!mine.leads) - Number(!its.leads) ||
    Number(!isHere(a)) - Number(!isHere(b)) ||
    Number(mine.waits) - Number(its.waits) ||
    Number(a.certainty === 'suspected') - Number(b.certainty === 'suspected') ||
    (b.seen?.nodes.length ?? 0) - (a.seen?.nodes.length ?? 0) ||
    LAYERS.indexOf(a.layer) - LAYERS.indexOf(b.layer) ||
    theirs.features - ours.features ||
    compareText(a.cause, b.cause) ||
    compareText(a.target, b.target) ||
    compareText(JSON.stringify(a), JSON.stringify(b))
  );
}

/** Of this machine and its servers; of the node that was named, where one was. */
function isHere({ target, ofOthers }: Finding): boolean {
  return HERE.includes(target) && !ofOthers;
}

function isStranger({ cause }: Finding): boolean {
  return STRANGERS.includes(cause);
}

function isOfName({ question }: Finding): boolean {
  return OF_NAMES.includes(question);
}

/** By code unit: the same everywhere, whatever the locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function readableKey(finding: Finding, cause: Ranked['cause'], { waits, leads }: Stand): string[] {
  const { severity, features } = weigh(finding);
  return [
    cause ? say('rank.consequence', { cause: cause.node.finding.cause, link: cause.link }) : say('rank.root'),
    severity === finding.severity ? severity : say('rank.through', { severity }),
    ...(isOfName(finding) ? [say('rank.named')] : []),
    ...(leads ? [say('rank.stranger')] : []),
    say(isHere(finding) ? 'rank.here' : 'rank.elsewhere'),
    ...(waits ? [say('rank.waits')] : []),
    finding.certainty,
    say('rank.layer', { layer: finding.layer }),
    say(`rank.features.${formOf(features)}`, { count: features }),
    finding.cause,
    finding.target,
  ];
}
