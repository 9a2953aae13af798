/**
 * A report's messages in the current language. They are kept in English, by id and arguments; whose English is not what our own check says with
 * them (another version's, a stranger's) is printed as it stands.
 */
import type { Message } from '../model/check.js';
import type { CauseMeta, Finding, Report, Result } from '../model/report.js';
import { sayEffect } from '../words/effect.js';
import { isEnglish, templateOf } from '../words/language.js';
import { sayPlatform } from '../words/platform.js';
import { say, sayMerged } from '../words/report.js';
import { fill } from '../words/say.js';
import { saySince } from '../words/since.js';
import { checkOf } from './own-words.js';

/** `noun`: the cause's name, which `merge` and `vouch` put in the place of a title. */
export function spoken(message: Message, noun?: { english: string; spoken: string }): string {
  if (isEnglish()) return message.en;
  const known = [...pairOf(message), ...(noun ? [noun, { english: upperFirst(noun.english), spoken: upperFirst(noun.spoken) }] : [])];
  const pairs = known.flatMap((each) => [each, { english: withoutStop(each.english), spoken: withoutStop(each.spoken) }]);
  const whole = pairs.find(({ english }) => english === message.en)?.spoken;
  if (whole !== undefined) return whole;
  const framed = sayMerged.around(message.en, FRAMES, (inner, name) =>
    name === 'words' ? pairs.find(({ english }) => english === inner)?.spoken : undefined,
  );
  return framed === message.en ? sayMerged.again(message.en, 'answered', 'notAnswered') : framed;
}

/** What a merge, or the reading of a file, puts around our words. */
const FRAMES = ['onAll', 'onSome', 'own', 'forSome', 'says', 'from'] as const;

interface Pair {
  english: string;
  spoken: string;
}

/** Words that no check says. */
const TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  effect: sayEffect.table,
  platform: sayPlatform.table,
  since: saySince.table,
};

function pairOf({ id, args }: Message): Pair[] {
  if (id === 'busy') return [{ english: say.table.tooBusy, spoken: say('tooBusy') }];
  if (id === 'not-in-bundle') return [{ english: say.table.notInBundle, spoken: say('notInBundle') }];
  if (id === 'pod-list-given') return [{ english: say.table.podListGiven, spoken: say('podListGiven') }];
  if (id === 'pod-list-disputed') return [{ english: say.table.podListDisputed, spoken: say('podListDisputed') }];
  if (id === 'stranger') return [{ english: say.table.strangerAnswers, spoken: say('strangerAnswers') }];
  const dot = id.indexOf('.');
  const [question, key] = [id.slice(0, dot), id.slice(dot + 1)];
  const words: Readonly<Record<string, string>> | undefined = TABLES[question] ?? checkOf(question)?.words;
  const template = words && Object.hasOwn(words, key) ? words[key] : undefined;
  if (template === undefined) return [];
  return [{ english: fill(template, args), spoken: fill(templateOf(question, key, template), args) }];
}

/** The question as it is asked. */
export function asksOf({ question, asks }: Pick<Result, 'question' | 'asks'>): string {
  return templateOf('asks', question, asks);
}

/** What a cause is called; its id, where the report does not say. */
export function causeTitle(cause: string, { causes }: Pick<Report, 'causes'>): string {
  const title = (Object.hasOwn(causes, cause) && causes[cause]?.title) || '';
  return title ? templateOf('causes', cause, title) : cause;
}

/** What a cause says of itself: whole texts, one a language. */
export function docsOf(cause: string, { causes }: Pick<Report, 'causes'>): CauseMeta | undefined {
  const meta = Object.hasOwn(causes, cause) ? causes[cause] : undefined;
  if (!meta || isEnglish()) return meta;
  const say = (part: 'means' | 'fix') => templateOf('runbooks', `${cause}.${part}`, meta[part]);
  return { ...meta, means: say('means'), fix: say('fix') };
}

/** What an agent loses, a phrase that is its own key. */
export function featureWords(feature: string): string {
  return templateOf('features', feature, feature);
}

/** The title of a finding. */
export function titleWords(finding: Finding, report: Report): string {
  const { cause, title } = finding;
  const english = Object.hasOwn(report.causes, cause) ? (report.causes[cause]?.title ?? '') : '';
  return spoken(title, english ? { english, spoken: causeTitle(cause, report) } : undefined);
}

function upperFirst(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}
