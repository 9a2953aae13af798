/** What every format says of the target × layer table: whose column, which row, how far it came, and why no further. */
import { isUnanswered } from '../judge/exit.js';
import { LAYERS, type Layer } from '../model/check.js';
import type { Target } from '../model/facts.js';
import type { LayerState, Report } from '../model/report.js';
import { oneLine } from '../report/plain-text.js';
import { causeTitle, spoken } from '../report/spoken.js';
import { withoutStop } from '../report/words.js';
import { isEnglish } from '../words/language.js';
import { say } from '../words/report.js';

/** In the order of the columns. */
export const TARGETS: readonly Target[] = ['self', 'kubelet', 'apiserver'];

/** Whose column, or about whom a finding is. */
export function targetWords(target: Target): string {
  return say(`target.${target}`);
}

/** Layers as people say them. */
export function layerWords(layer: Layer): string {
  return say(`layer.${layer}`);
}

/** A state at a glance, where it stands; each is told apart without colour. */
export const SIGNS: Record<LayerState['state'], { text: string; html: string; markdown: string }> = {
  ok: { text: '✓', html: '✓', markdown: '✅' },
  failed: { text: 'FAILED', html: '✗', markdown: '❌' },
  warned: { text: '!', html: '!', markdown: '⚠' },
  'not-asked': { text: '–', html: '–', markdown: '–' },
};

/** For those who hear the page. */
export function stateWords({ state }: Pick<LayerState, 'state'>): string {
  return say(`state.${state}`);
}

/** Why it is so: `not asked: TLS failed`, or what the report says, by what it was made of. */
export function reasonWords({ why, blockedBy }: LayerState, report: Report): string {
  if (blockedBy) return say('notAskedFailed', { layer: layerWords(blockedBy) });
  return isEnglish() ? why : (whySpoken(why, report) ?? say.around(why, ['andMore'], (part) => whySpoken(part, report)));
}

const OF_FACTS = [
  'cannotTell',
  'checkCrashed',
  'noName',
  'direct',
  'directBy',
  'throughSome',
  'throughSomeBy',
  'throughBy',
  'through',
  'verified',
  'notVerified',
  'open.one',
  'open.many',
] as const;
const OF_ABSENT = (['blocked', 'withheld', 'no-permission', 'not-ours', 'budget', 'probe-crashed', 'not-in-bundle'] as const).map(
  (why) => `absent.${why}` as const,
);

/** The note of a question, the name of a cause, or words about a fact. */
function whySpoken(why: string, report: Report): string | undefined {
  const note = report.results.find((result) => result.note && oneLine(result.note.en) === why)?.note;
  if (note) return spoken(note);
  const titleOf = (words: string) => {
    const found = Object.entries(report.causes).find(([, { title }]) => withoutStop(title) === words);
    return found && withoutStop(causeTitle(found[0], report));
  };
  const title = titleOf(why);
  if (title !== undefined) return title;
  const suspected = say.around(why, ['suspectedOf'], titleOf);
  const again = suspected === why ? say.again(why, ...OF_FACTS, ...OF_ABSENT) : suspected;
  return again === why ? undefined : again;
}

/** Words that stand where the server is named already: `kubelet certificate expired` is `certificate expired` there. */
export function withoutTarget(words: string, target: Target): string {
  return words.startsWith(`${target} `) ? words.slice(target.length + 1) : words;
}

/** The table for a page: servers always, this machine where something is wrong with it; rows of which something is known. */
export function layerTable({ layers }: Report): { targets: Target[]; rows: { layer: Layer; states: (LayerState | undefined)[] }[] } {
  const isWrong = ({ state }: LayerState) => state === 'failed' || state === 'warned';
  const targets = TARGETS.filter((target) => layers.some((state) => state.target === target && (target !== 'self' || isWrong(state))));
  const rows = LAYERS.map((layer) => ({
    layer,
    states: targets.map((target) => layers.find((state) => state.target === target && state.layer === layer)),
  }));
  return { targets, rows: rows.filter(({ states }) => states.some(isTold)) };
}

/** Works as far as it was asked: something about it is not answered. By the results, not by the words of the report. */
export function hasOpen({ results }: Report, { state, target, layer }: LayerState): boolean {
  return state === 'ok' && results.some((result) => result.target === target && result.layer === layer && isUnanswered(result));
}

/** Is there anything to say of it? */
export function isTold(state: LayerState | undefined): state is LayerState {
  return state !== undefined && (state.state !== 'not-asked' || state.why !== '');
}
