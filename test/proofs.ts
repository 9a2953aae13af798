/**
 * What proves each cause, read from the tests themselves: the expectations of scenarios (S), the rows of the checks' tables (F), and what
 * acceptance tests assert on a real cluster (K).
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { knownCauses } from '../src/checks/index.js';
import { SCENARIOS } from '../src/sim/scenarios.js';
import { CATALOGUE, causesOf, type Proof } from './checks/catalogue.js';

export interface Proven {
  kind: Proof;
  /** File, and the scenario where it is one. */
  test: string;
}

const HERE = import.meta.dirname;

function testsBelow(folder: string): { file: string; text: string }[] {
  return readdirSync(path.join(HERE, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => ({ file: `test/${folder}/${name}`, text: readFileSync(path.join(HERE, folder, name), 'utf8') }));
}

/** Helpers of test/cluster that assert a finding, as `assertFirst(await run(), 'id')`. */
const HELPERS = /\b(?=(?:assertFirst|assertFound|namedAndCured|cured)\()/;

/** Cause ids in the calls of those helpers, and in comparisons `cause === 'id'`. */
function asserted(text: string, known: ReadonlySet<string>): string[] {
  const calls = text.split(HELPERS).slice(1);
  const inCalls = calls.flatMap((call) => [...call.slice(0, endOfCall(call)).matchAll(/'([a-z0-9-]+)'/g)].map(([, id]) => id ?? ''));
  const compared = [...text.matchAll(/\bcause === '([a-z0-9-]+)'/g)].map(([, id]) => id ?? '');
  return [...inCalls, ...compared].filter((id) => known.has(id));
}

/** Where the call that begins this text is closed; strings with parentheses are rare enough, and balanced. */
function endOfCall(text: string): number {
  let depth = 0;
  for (let at = text.indexOf('('); at < text.length; at++) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

/** `expect: { cause: 'id' … }` of a judgeTable row. */
function expected(text: string): string[] {
  return [...text.matchAll(/\bcause: '([a-z0-9-]+)'/g)].map(([, cause]) => cause ?? '');
}

function collect(): Map<string, Proven[]> {
  const known = new Set(knownCauses().map(({ cause }) => cause));
  const proofs = new Map<string, Proven[]>();
  const add = (cause: string, kind: Proof, test: string) => {
    const list = proofs.get(cause) ?? [];
    if (!list.some((p) => p.kind === kind && p.test === test)) list.push({ kind, test });
    proofs.set(cause, list);
  };
  for (const { file, text } of testsBelow('cluster')) for (const cause of asserted(text, known)) add(cause, 'K', file);
  for (const { scenario, expect } of SCENARIOS)
    for (const cause of [expect.first, ...(expect.also ?? [])]) if (cause) add(cause, 'S', `scenario ${scenario}`);
  for (const { file, text } of testsBelow('checks')) for (const cause of expected(text)) add(cause, 'F', file);
  // Two causes are seen only by comparing reports.
  for (const { file, text } of testsBelow('report'))
    for (const [, cause = ''] of text.matchAll(/\bfind\(.*, '([a-z0-9-]+)'\)/g)) if (known.has(cause)) add(cause, 'F', file);
  return proofs;
}

/** One cause with all that proves it. */
export interface ProvenCause {
  cause: string;
  question: string;
  found: Proven[];
  kinds: Proof[];
  /** The letter of the catalogue, where what was found is less than that. */
  less?: Proof;
}

/** Every cause of the registry, by its id. */
export function provenCauses(): ProvenCause[] {
  const proofs = collect();
  const asked = new Map(CATALOGUE.flatMap((row) => causesOf(row).map((cause) => [cause, row.proof] as const)));
  return knownCauses().map(({ cause, check: { question } }) => {
    const found = proofs.get(cause) ?? [];
    const kinds = (['K', 'S', 'F'] as const).filter((kind) => found.some((proof) => proof.kind === kind));
    const wanted = asked.get(cause);
    // A proof on a real server is also one over sockets.
    const isLess = wanted === 'K' ? !kinds.includes('K') : wanted === 'S' && !kinds.some((kind) => kind !== 'F');
    return { cause, question, found, kinds, ...(isLess && { less: wanted }) };
  });
}
