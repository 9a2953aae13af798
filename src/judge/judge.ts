/** Facts in, verdicts out. Pure: no clock, no I/O, no randomness; the same facts give the same bytes, live and offline. */
import type { Check, Layer, Message, Problem, Say, Verdict, View, Want } from '../model/check.js';
import type { AnyFact, Fact, KindOf, Need, Target } from '../model/facts.js';
import { inEnglish } from '../words/language.js';
import { say } from '../words/report.js';
import { onPlatform, platformIn } from './on-platform.js';

/** What became of one check. A check that throws is visible as `crashed`; the others go on. */
export interface Judgement {
  check: Check;
  verdict: Verdict | { kind: 'crashed'; error: string };
}

/** Asks every check, in the registry's order. What they say is kept, so it is English; another language says it again by id and arguments. */
export function judge(facts: readonly AnyFact[], checks: readonly Check[]): Judgement[] {
  return judgeAgain(checks)(facts);
}

/** A judge for facts that come in one by one: a check is asked again only where a fact that it reads is another, as its verdict follows from these alone. */
export function judgeAgain(checks: readonly Check[]): (facts: readonly AnyFact[]) => Judgement[] {
  const steps = judgeInSteps(checks);
  return (facts) => {
    const judging = steps(facts);
    for (;;) {
      const { done, value } = judging.next();
      if (done) return value;
    }
  };
}

/** What is between two checks: whoever has answers to hear does so there, and goes on. */
export type Steps = Generator<undefined, Judgement[], undefined>;

/** The same, a check at a time: the first time each is compiled as well, which takes as long as some answers. To be gone through to its end. */
export function judgeInSteps(checks: readonly Check[]): (facts: readonly AnyFact[]) => Steps {
  let known: Shelves = new Map();
  let judged: readonly Judgement[] = [];
  return function* (facts) {
    const shelves = shelve([...facts].sort((a, b) => compare(a.subject, b.subject)));
    const others = new Set(
      [...known.keys(), ...shelves.keys()].filter((need) => !sameFacts(known.get(need) ?? [], shelves.get(need) ?? [])),
    );
    const isSame = (need: Need) => !others.has(need);
    const now: Judgement[] = [];
    for (const [at, check] of checks.entries()) {
      const before = judged[at];
      if (before && check.needs.every(isSame)) {
        now.push(before);
        continue;
      }
      now.push({ check, verdict: inEnglish(() => ask(check, shelves)) });
      yield;
    }
    [known, judged] = [shelves, now];
    const platform = platformIn((need) => shelves.get(need) ?? []);
    const ranked = behindStrangers(judged);
    return platform === undefined
      ? ranked
      : ranked.map(({ check, verdict }) => ({ check, verdict: verdict.kind === 'crashed' ? verdict : onPlatform(verdict, platform) }));
  };
}

const STRANGER: Message = { id: 'stranger', args: {}, en: say.table.strangerAnswers };

/** Layers of which a server's own answers tell: those below are about the way to it. */
const OF_ANSWERS: readonly Layer[] = ['tls', 'authn', 'authz', 'payload'];

/**
 * Whose server answers is settled before anything that it says is believed. Where it is another than the one that was meant, nothing is well by its
 * answers, and what is wrong with them waits behind that.
 */
function behindStrangers(judged: readonly Judgement[]): Judgement[] {
  const strangers = judged.flatMap(({ check, verdict }) => {
    const of = verdict.kind === 'problem' ? check.causes[verdict.cause]?.stranger : undefined;
    return of && verdict.kind === 'problem' ? [{ check, of, cause: verdict.cause }] : [];
  });
  const [first] = strangers;
  if (!first) return [...judged];
  const causes = strangers.map(({ cause }) => cause);
  return judged.map(({ check, verdict }) => {
    const isByAnswers = check.target === first.of && OF_ANSWERS.includes(check.layer);
    if (!isByAnswers || strangers.some((each) => each.check === check)) return { check, verdict };
    if (verdict.kind === 'pass') return { check, verdict: { kind: 'cannot-tell', why: STRANGER, wants: [], because: first.cause } };
    if (verdict.kind !== 'problem' || isSeenElsewhere(verdict, first.of)) return { check, verdict };
    return { check, verdict: { ...verdict, explainedBy: [...(verdict.explainedBy ?? []), ...causes] } };
  });
}

/** What another server says alone, as the apiserver reviews the account's rights, does not follow from who answers here; it stands behind it (rank.ts). */
function isSeenElsewhere({ witnesses }: Problem, server: Target): boolean {
  return witnesses !== undefined && witnesses.length > 0 && witnesses.every(({ need }) => !need.startsWith(`${server}/`));
}

function sameFacts(a: readonly AnyFact[], b: readonly AnyFact[]): boolean {
  return a.length === b.length && a.every((fact, at) => fact === b[at]);
}

/** Everything undecided checks want to know, without repeats, in a stable order. */
export function wantsOf(judgements: readonly Judgement[]): Want[] {
  const wants = new Map<string, Want>();
  for (const { verdict } of judgements) {
    const wanted = verdict.kind === 'cannot-tell' ? verdict.wants : verdict.kind === 'problem' ? (verdict.wants ?? []) : [];
    for (const want of wanted) {
      const key = `${want.need} ${want.subject ?? ''}`;
      if (!wants.has(key)) wants.set(key, want);
    }
  }
  return [...wants.values()];
}

/** Facts by the need they answer: live, all checks are asked again with every answer that comes in, and each reads a dozen needs. */
type Shelves = ReadonlyMap<string, AnyFact[]>;

function shelve(facts: readonly AnyFact[]): Shelves {
  const shelves = new Map<string, AnyFact[]>();
  for (const fact of facts) {
    const need = `${fact.target}/${fact.kind}`;
    const shelf = shelves.get(need);
    if (shelf) shelf.push(fact);
    else shelves.set(need, [fact]);
  }
  return shelves;
}

function ask(check: Check, shelves: Shelves): Judgement['verdict'] {
  try {
    return plainly(
      check,
      check.judge(viewOf(check, shelves), sayFor(check)),
      speechIn(() => check.needs.flatMap((need) => shelves.get(need) ?? [])),
    );
  } catch (error) {
    return { kind: 'crashed', error: error instanceof Error ? error.message : String(error) };
  }
}

/** What has a meaning to a shell or ends a line. Names, addresses, paths and lists of them have none of it. */
const MEANT = /[|;&$`<>\\\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/**
 * Titles, acts and notes are our sentences. What others have said stands in the evidence; in a sentence of ours only in quotes, and in an act, on line
 * two, perhaps without a command of its own, not at all: no more than a value that could be read as a command.
 */
function plainly(check: Check, verdict: Verdict, isSaid: (value: unknown) => boolean): Verdict {
  const again = (message: Message, other: (value: string | number, isQuoted: boolean) => string | number): Message => {
    const key = message.id.slice(check.question.length + 1);
    const isQuoted = (name: string) => check.words[key]?.includes(`"{${name}}"`) === true;
    const args = Object.fromEntries(Object.entries(message.args).map(([name, value]) => [name, other(value, isQuoted(name))]));
    const same = Object.entries(args).every(([name, value]) => value === message.args[name]);
    return same || !Object.hasOwn(check.words, key)
      ? message
      : (sayFor(check) as (key: string, args: Message['args']) => Message)(key, args);
  };
  const quoted = (message: Message) =>
    again(message, (value, isQuoted) => {
      if (!isSaid(value)) return value;
      const said = withinQuotes(String(value));
      return isQuoted ? said : `"${said}"`;
    });
  if (verdict.kind === 'pass') {
    const note = verdict.note && quoted(verdict.note);
    return note === verdict.note ? verdict : { ...verdict, note };
  }
  if (verdict.kind !== 'problem') {
    const why = quoted(verdict.why);
    return why === verdict.why ? verdict : { ...verdict, why };
  }
  const title = quoted(verdict.title);
  const fixes = verdict.fixes.map((fix) => {
    const action = again(fix.action, (value) => (isMeant(value) || isSaid(value) ? '…' : value));
    return action === fix.action ? fix : { ...fix, action };
  });
  const same = title === verdict.title && fixes.every((fix, at) => fix === verdict.fixes[at]);
  return same ? verdict : { ...verdict, title, fixes };
}

/** Four words in a row, with spaces between, from each word on: nothing that has a name is called so. */
const SPEECH = /(?<![A-Za-z'])(?=([A-Za-z']{1,30}(?:[,:;]? [A-Za-z']{1,30}){3}))/g;
const LONGEST_QUOTE = 48;

/**
 * As a name, an address, a path, a version or a pattern is written: one word, without what a shell or a sentence reads. The other is how our settings say
 * where an address comes from.
 */
const ONE_WORD = /^(?:[\w.:/@=,+%*()[\]{}~#?^!-]*|Node [\w.-]{1,253} status\.addresses \w{1,20})$/;

/**
 * Does a value hold words that the facts have from others, or a name of theirs that is none: of several words, or with signs that no name has? Why
 * something failed is told by our probes, in their words.
 */
function speechIn(facts: () => readonly AnyFact[]): (value: unknown) => boolean {
  let texts: string[] | undefined;
  return (value) => {
    if (typeof value !== 'string' || ONE_WORD.test(value)) return false;
    texts ??= [...new Set(facts().flatMap(textsOf))];
    if (texts.some((text) => value.includes(text))) return true;
    const runs = [...value.matchAll(SPEECH)].map(([, run = '']) => run);
    return runs.some((run) => texts?.some((text) => text.includes(run)));
  };
}

/** Several checks read one fact, and a list of nodes holds thousands of strings: it is walked once. */
const textsKnown = new WeakMap<AnyFact, readonly string[]>();

function textsOf(fact: AnyFact): readonly string[] {
  const known = textsKnown.get(fact);
  if (known) return known;
  const texts = new Set<string>();
  addTexts(fact.outcome, texts);
  const all = [...texts];
  textsKnown.set(fact, all);
  return all;
}

/** What in it is more than a word. `like`: the one before in a list; what both have was looked at there. */
function addTexts(value: unknown, texts: Set<string>, like?: unknown): void {
  if (typeof value === 'string') {
    if (!ONE_WORD.test(value)) texts.add(value);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) addTexts(value[at], texts, value[at - 1]);
    return;
  }
  const [own, before] = [value as Record<string, unknown>, (like ?? {}) as Record<string, unknown>];
  for (const key of Object.keys(own)) if (key !== 'detail' && own[key] !== before[key]) addTexts(own[key], texts);
}

function withinQuotes(said: string): string {
  const plain = said.replace(/^"(.*)"$/s, '$1').replaceAll('"', "'");
  return plain.length > LONGEST_QUOTE ? `${plain.slice(0, LONGEST_QUOTE - 1)}…` : plain;
}

/** May a shell read more than words in it? */
export function isMeant(value: unknown): boolean {
  return MEANT.test(String(value));
}

/** A view with only what the check declared; reading anything else throws (and does not compile). */
export function viewFor(check: Check, facts: readonly AnyFact[], onRead?: (need: Need) => void): View<Need> {
  return viewOf(check, shelve(facts), onRead);
}

function viewOf(check: Check, shelves: Shelves, onRead?: (need: Need) => void): View<Need> {
  const all = <N extends Need>(need: N): Fact<KindOf<N>>[] => {
    if (!check.needs.includes(need)) throw new Error(`${check.question} reads ${need} without declaring it`);
    onRead?.(need);
    return [...(shelves.get(need) ?? [])] as unknown as Fact<KindOf<N>>[];
  };
  const one = <N extends Need>(need: N, subject?: string): Fact<KindOf<N>> => {
    const found = all(need).find((f) => subject === undefined || f.subject === subject);
    if (found) return found;
    const [target, kind] = need.split('/') as [Fact['target'], KindOf<N>];
    return { target, kind, subject: subject ?? '', outcome: { status: 'absent', why: 'not-attempted' } };
  };
  return { all, one };
}

/** Fills a check's words. Unknown keys and unfilled placeholders throw: a test covers every word. */
export function sayFor(check: Pick<Check, 'question' | 'words'>): Say<Record<string, string>> {
  return (key: string, args: Record<string, string | number> = {}): Message => {
    const template = check.words[key];
    if (template === undefined) throw new Error(`${check.question} has no words for ${key}`);
    const en = template.replace(/\{(\w+)\}/g, (_, name: string) => {
      const filled = args[name];
      if (filled === undefined) throw new Error(`${check.question}.${key} lacks {${name}}`);
      return String(filled);
    });
    return { id: `${check.question}.${key}`, args, en };
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
