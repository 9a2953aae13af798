/**
 * A report that was read, with nothing of another's in the place of our own advice. Whoever holds one node of many can write a report, and the
 * reader pastes what stands on line two: so acts are said again in our words, commands stay where our own checks give the same from the facts of
 * the file or where they only look, and what is left is moved to where it is shown as quoted.
 */
import type { Evidence, Fix, Message } from '../model/check.js';
import type { AnyFact } from '../model/facts.js';
import type { CauseMeta, Finding, Report, Result, Where } from '../model/report.js';
import { inEnglish } from '../words/language.js';
import { sayMerged } from '../words/report.js';
import { topOf } from './build.js';
import { withoutStrange } from './contract/read-facts.js';
import { isCountNote, withOwn, withWhere } from './merge/words.js';
import { checkOf, isPlainName, isSaid, knownCause, LEFT_OUT, mayStand, type Own, ownWords, saidAgain, sayOf } from './own-words.js';
import { scriptOf } from './where/by-script.js';
import { withoutKubeconfig } from './where/where.js';
import { withoutStop } from './words.js';

/** Before words of a report that no check of ours says. */
const SAYS = sayMerged.table.says.replace('{words}', '');

/** `facts`: of the same file; without them, those that the report cites. */
export function vouch(report: Report, facts: readonly AnyFact[] = []): Report {
  return inEnglish(() => vouched(report, facts));
}

function vouched(report: Report, facts: readonly AnyFact[]): Report {
  const evidence = report.evidence.map(withoutStrange);
  const own = ownWords(facts.length ? facts : evidence);
  const causes = Object.fromEntries(Object.entries(report.causes).map(([cause, meta]) => [cause, metaOf(cause, meta)]));
  const said = withoutKubeconfig({
    findings: report.findings.map((finding) => vouchFinding(finding, own)),
    results: report.results.map((result) => vouchResult(result, own)),
    evidence,
  });
  const where = plainWhere(report.where);
  const top = topOf(said.findings, said.results, report.summary.verdict, where);
  return { ...report, summary: { ...report.summary, top }, where, ...said, causes };
}

const ownMeta = new Map<string, CauseMeta>();

/** Our own docs, one object for all reports; of a cause that only a later version knows, its name. */
function metaOf(cause: string, { title, question }: CauseMeta): CauseMeta {
  const known = knownCause(cause);
  if (!known) return { title, question, means: '', fix: '' };
  const { docs, check } = known;
  const meta = ownMeta.get(cause) ?? { title: docs.title, question: check.question, means: docs.means, fix: docs.fix };
  ownMeta.set(cause, meta);
  return meta;
}

function vouchFinding(finding: Finding, own: Own): Finding {
  const { cause, title, fixes, evidence, decide, consequences, quoted = [], seen } = finding;
  const nodes = seen?.nodes.map((node) => (isPlainName(node) ? node : LEFT_OUT)) ?? [];
  const vouched = fixes.map((fix) =>
    seen || fix.nodes
      ? vouchFix(fix, finding, nodes, own)
      : onceFor(knownFixes, fix, cause, own, (words) => vouchFix(fix, finding, nodes, words)),
  );
  const others = [
    ...quoted,
    ...decide.filter((command) => !mayStand(own, cause, command)),
    ...vouched.flatMap((each) => ('words' in each ? each.words : [])),
  ];
  const { quoted: _, ...rest } = finding;
  return {
    ...rest,
    title: vouchTitle(title, finding, nodes, own),
    fixes: vouched.flatMap((each) => ('fix' in each ? each.fix : [])),
    evidence: evidence.map((each) => vouchEvidence(each, cause, own)),
    decide: decide.filter((command) => mayStand(own, cause, command)),
    consequences: consequences.map((each) => vouchFinding(each, own)),
    ...(seen ? { seen: { ...seen, nodes } } : {}),
    ...(others.length ? { quoted: [...new Set(others)] } : {}),
  };
}

type VouchedFix = { fix: Fix } | { words: string[] };

/** Of no merged report: there they name its nodes. */
const knownFixes: Known<Fix, VouchedFix> = new WeakMap();

/** The fix with an act of ours, or words that are none of ours. */
function vouchFix(given: Fix, { cause }: Finding, all: readonly string[], own: Own): VouchedFix {
  const { action, steps, source, verify, quoted = [] } = given;
  const nodes = given.nodes?.map((node) => (isPlainName(node) ? node : LEFT_OUT));
  const again = sayAct(action, cause, nodes, all);
  const said = isSaid(action, again) || own.has(cause, action.en) ? action : again;
  if (!said) return { words: [[action.en, steps ?? ''].filter(Boolean).join('\n'), ...quoted] };
  const ours = steps !== undefined && mayStand(own, cause, steps);
  // What it prints is what gets applied: for an account of someone else's choice, if they had the choice.
  const printed = ours && source !== undefined && own.has(cause, source);
  const others = [
    ...(said.en.includes(LEFT_OUT) && !action.en.includes(LEFT_OUT) ? [action.en] : []),
    ...(steps?.trim() && !ours ? [steps] : []),
    ...(source?.trim() && !printed ? [source] : []),
    ...quoted,
  ];
  const { quoted: _, ...fix } = { ...given, action: said };
  if (!ours) {
    delete fix.steps;
    delete fix.form;
    delete fix.effect;
  }
  if (!printed) delete fix.source;
  if (fix.effect && !own.has(cause, sayOf(fix.effect))) delete fix.effect;
  if (verify !== undefined && !mayStand(own, cause, verify)) delete fix.verify;
  return { fix: { ...fix, ...(nodes ? { nodes } : {}), ...(others.length ? { quoted: [...new Set(others)] } : {}) } };
}

/** The act by the check of this very cause, and for which nodes where `merge` has added that. */
function sayAct(action: Message, cause: string, nodes: readonly string[] | undefined, all: readonly string[]): Message | undefined {
  const said = saidAgain(action, knownCause(cause)?.check.question ?? '', 'spare');
  if (!said) return undefined;
  const merged = withOwn(said, { nodes, all }).find(
    ({ en }) => action.en.endsWith(en.slice(withoutStop(said.en).length)) && en !== said.en,
  );
  return merged ?? said;
}

/** As our check says it, or the cause's own name; of a cause that we do not know, the report's. */
function vouchTitle(title: Message, finding: Finding, nodes: readonly string[], own: Own): Message {
  const known = knownCause(finding.cause);
  if (!known) return title;
  const said = saidAgain(title, known.check.question);
  const of = finding.seen && { nodes, of: finding.seen.of };
  const name = known.docs.title;
  // After "20 of 54 nodes: " as it is, at the start of a line with a capital.
  const noun = of && of.of > 1 ? name : `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const shapes = [...(said ? [said.en] : []), noun].flatMap((words) => [words, ...(of ? [withWhere(words, of)] : [])]);
  if (shapes.includes(title.en) || own.has(finding.cause, title.en)) return title;
  return { ...title, en: of ? withWhere(noun, of) : noun };
}

function vouchEvidence(given: Evidence, cause: string, own: Own): Evidence {
  const { reproduce, saw, node } = given;
  const said = saidAgain(saw, saw.id.split('.')[0] ?? '');
  const ours =
    saw.en === said?.en ||
    (node !== undefined && saw.en === sayMerged('from', { from: node, words: said?.en ?? '' })) ||
    saw.en.startsWith(SAYS) ||
    own.has(cause, saw.en);
  const evidence = { ...given, saw: { ...saw, en: ours ? saw.en : sayMerged('says', { words: saw.en }) } };
  if (reproduce !== undefined && !mayStand(own, cause, reproduce)) delete evidence.reproduce;
  return evidence;
}

/** Of parts that many reports share: what was made of one under a cause or question, and whether the words of that were looked at. */
type Known<Given extends object, Made> = WeakMap<Given, { of: string; made: Made; isByWords: boolean }>;

/** Where facts change none of the words that were looked at, what was made is the same in every report. */
function onceFor<Given extends object, Made>(
  known: Known<Given, Made>,
  given: Given,
  of: string,
  own: Own,
  make: (own: Own) => Made,
): Made {
  const before = known.get(given);
  if (before?.of === of && !(before.isByWords && own.isByFacts(of))) return before.made;
  let isByWords = false;
  const has: Own['has'] = (asked, text) => {
    isByWords = true;
    return own.has(asked, text);
  };
  const made = make({ ...own, has });
  if (!isByWords || !own.isByFacts(of)) known.set(given, { of, made, isByWords });
  return made;
}

const knownResults: Known<Result, Result> = new WeakMap();

function vouchResult(given: Result, own: Own): Result {
  return onceFor(knownResults, given, given.question, own, (words) => vouchedResult(given, words));
}

function vouchedResult(given: Result, own: Own): Result {
  const { note, quoted = [], question, elsewhere } = given;
  const again = note && saidAgain(note, question, 'spare');
  const said = note && (isSaid(note, again) || isCountNote(note) || own.has(question, note.en) ? note : again);
  const others = [...quoted, ...(note && !said ? [note.en] : []), ...elsewhere.filter((command) => !mayStand(own, question, command))];
  const { quoted: _, ...result } = { ...given, asks: checkOf(question)?.asks ?? given.asks };
  if (said) result.note = said;
  else delete result.note;
  return {
    ...result,
    elsewhere: elsewhere.filter((command) => mayStand(own, question, command)),
    ...(others.length ? { quoted: [...new Set(others)] } : {}),
  };
}

/** The addresses stand in acts of `merge`, and the node in those of all. */
function plainWhere(where: Where): Where {
  const plain = (name: string) => (isPlainName(name) ? name : '');
  const { account, script, bundle, ...others } = {
    ...where,
    node: plain(where.node),
    kubelet: plain(where.kubelet),
    apiserver: plain(where.apiserver),
  };
  const rest = {
    ...others,
    ...(script && { script: scriptOf({ script, namespace: script.namespace }) }),
    ...(bundle && { bundle: plainBundle(bundle) }),
  };
  // On line one it stands among our own words.
  return account !== undefined && /^\S+$/.test(account) ? { ...rest, account } : rest;
}

/** Names of DaemonSets stand among our own words. */
function plainBundle({ agents, ...bundle }: NonNullable<Where['bundle']>): NonNullable<Where['bundle']> {
  if (!agents) return bundle;
  const { daemonsets, others, account, more } = agents;
  const plain = { daemonsets: daemonsets.filter(isPlainObject), others: others.filter(isPlainObject), ...(more !== undefined && { more }) };
  return { ...bundle, agents: { ...plain, ...(account !== undefined && isPlainObject(account) && { account }) } };
}

const isPlainObject = (name: string): boolean => /^[a-z0-9.-]{1,253}\/[a-z0-9.-]{1,253}$/.test(name);
