/** Saved facts, read again. What a fact holds is believed as far as the checks believe it: a check that trips over it shows as crashed. */
import { isLook } from '../../checks/shared/looks.js';
import { SEVERITIES } from '../../model/check.js';
import type { AnyFact } from '../../model/facts.js';
import { FACTS_VERSION, type FactsFile } from '../../model/facts-file.js';
import { conform, Misfit, type Schema } from './conform.js';
import { refuseMajor, versionOf } from './read-report.js';

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;
const number = { type: 'number' } as const;

function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  return { type: 'object', properties, required: Object.keys(properties).filter((key) => !optional.includes(key)) };
}

const factsSchema = object({
  factsVersion: text,
  tool: object({ program: text, version: text }),
  startedAt: text,
  durationMs: number,
  failOn: { enum: SEVERITIES },
  skip: texts,
  only: texts,
  settings: { type: 'array', items: object({ setting: text, value: text, origin: text, source: text }) },
  facts: {
    type: 'array',
    items: object(
      {
        kind: text,
        target: text,
        subject: text,
        outcome: object({ status: { enum: ['observed', 'failed', 'pending', 'absent'] }, ms: number, lateMs: number }, ['ms', 'lateMs']),
        reproduce: text,
        startedMs: number,
      },
      ['reproduce', 'startedMs'],
    ),
  },
});

/** Targets of today; a fact about something a later version knows is left alone. */
const TARGETS: readonly string[] = ['self', 'kubelet', 'apiserver'] satisfies AnyFact['target'][];

/** The command that shows a fact by hand stands below our own words: kept where it only looks, in the form in which we write it. */
export function withoutStrange(fact: AnyFact): AnyFact {
  const { reproduce, ...rest } = fact;
  return reproduce === undefined || isLook(reproduce) ? fact : (rest as AnyFact);
}

/** The facts, or why they cannot be read, in words that go after the file's name. */
export function readFacts(json: unknown): { file: FactsFile } | { error: string } {
  const version = versionOf(json, 'factsVersion');
  if (version === undefined) return { error: 'is not a facts.json of kubelet-doctor' };
  const refused = refuseMajor('facts', version, FACTS_VERSION);
  if (refused) return { error: refused };
  try {
    const file = conform(factsSchema, json) as FactsFile;
    if (Number.isNaN(Date.parse(file.startedAt))) return { error: 'is not a complete facts.json: startedAt is not a time' };
    return { file: { ...file, facts: file.facts.filter((fact) => TARGETS.includes(fact.target)).map(withoutStrange) } };
  } catch (error) {
    if (error instanceof Misfit) return { error: `is not a complete facts.json: ${error.message.slice(0, 200)}` };
    throw error;
  }
}
