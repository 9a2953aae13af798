/**
 * `npm run causes`: id → check → proof → tests, read from the tests themselves: the expectations of scenarios (S), the rows of the checks'
 * tables (F), and what acceptance tests assert on a real cluster (K). Exit code 1 when a cause has no proof at all.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { knownCauses } from '../src/checks/index.js';
import { SCENARIOS } from '../src/sim/scenarios.js';
import { CATALOGUE, causesOf, type Proof } from './checks/catalogue.js';
import { LOOK_ALIKES } from './scenarios/look-alikes.js';
import { TWO_FAULTS } from './scenarios/two-faults.js';

interface Proven {
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

function main(): number {
  const proofs = collect();
  const known = knownCauses();
  const wide = Math.max(...known.map(({ cause }) => cause.length));
  const asked = new Map(CATALOGUE.flatMap((row) => causesOf(row).map((cause) => [cause, row.proof] as const)));
  const counts: Record<Proof, number> = { K: 0, S: 0, F: 0 };
  const unproven: string[] = [];
  const weaker: string[] = [];
  for (const { cause, check } of known) {
    const found = proofs.get(cause) ?? [];
    const kinds = (['K', 'S', 'F'] as const).filter((kind) => found.some((proof) => proof.kind === kind));
    for (const kind of kinds) counts[kind] += 1;
    if (kinds.length === 0) unproven.push(cause);
    const wanted = asked.get(cause);
    // A proof on a real server is also one over sockets.
    if (wanted === 'K' ? !kinds.includes('K') : wanted === 'S' && !kinds.some((kind) => kind !== 'F')) weaker.push(`${cause} (${wanted})`);
    const tests = found.map(({ test }) => test);
    const shown = tests.slice(0, 4).join(', ') + (tests.length > 4 ? ` and ${tests.length - 4} more` : '');
    process.stdout.write(`${cause.padEnd(wide)}  ${check.question.padEnd(24)}  ${kinds.join('').padEnd(3)}  ${shown || 'NO PROOF'}\n`);
  }
  process.stdout.write(`\n${known.length} causes: ${counts.K} on a real cluster, ${counts.S} in the simulator, ${counts.F} by fixtures.\n`);
  const members = LOOK_ALIKES.reduce((sum, group) => sum + group.members.length, 0);
  process.stdout.write(
    `look-alikes: ${LOOK_ALIKES.length} groups, ${members} worlds, each with and without the second side; two faults: ${TWO_FAULTS.length} combinations\n`,
  );
  if (weaker.length > 0) process.stdout.write(`Proven by less than the list asks: ${weaker.join(', ')}.\n`);
  if (unproven.length > 0) process.stdout.write(`Without any proof: ${unproven.join(', ')}.\n`);
  return unproven.length > 0 ? 1 : 0;
}

process.exitCode = main();
