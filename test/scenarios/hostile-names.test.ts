/**
 * Names that others chose, of nodes, pods, namespaces, accounts, roles, contexts, files: one that is no name of Kubernetes stands in no command but as one
 * word that a shell does not read, never as an option, and in no sentence of ours but in quotes. Planted in every such field of the facts of some scenarios.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { CHECKS } from '../../src/checks/index.js';
import { judge } from '../../src/judge/judge.js';
import type { Verdict, Want } from '../../src/model/check.js';
import type { AnyFact } from '../../src/model/facts.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { startWorld } from '../../src/sim/start.js';
import { unquoted } from '../support/planted.js';
import { runIn } from './run.js';

const SOME = [
  'rights-missing',
  'expired-certificate',
  'kubelet-host-unset',
  'control-plane-taint',
  'agent-crash-loops',
  'agents-twice',
  'quota-exceeded',
  'service-account-not-found',
  'daemonset-not-found',
  'settings-contradict',
  'lock-by-lease-forbidden',
  'token-foreign',
  'account-not-ours',
];

const MARK = 'zzq';
const HOSTILE = [
  'zzq drop it',
  "zzq'; touch /zzq; '",
  'zzq"; touch /zzq; "',
  '$(touch /zzq)',
  '`touch /zzq`',
  'zzq\ntouch /zzq',
  'zzq;touch',
  'zzq|sh',
  '--zzq',
  'zzq&',
  'zzq>zzq',
];

const scratch = await mkdtemp(path.join(tmpdir(), 'kd-hostile-names-'));
after(() => rm(scratch, { recursive: true }));

/** Written as a name of an object, an account or a variable is, or as a path. */
const NAME = /^(?:[a-z0-9]([a-z0-9.-]{0,60}[a-z0-9])?|system:[a-z0-9:.-]+|\/[\w./-]+|[A-Z][A-Z0-9_]+)$/;
/** Words of a fixed set of ours, and what is no name: a check that is told another decides nothing. */
const OURS = new Set(['connected', 'lease', 'no-permission', 'true', 'false']);
const FIXED =
  /(?:^|\.)(?:status|kind|target|by|as|voice|origin|state|layer|setting|verb|reason|code|phase|effect|operator|place|version|time|at|method|mode|type)$/;

function namesIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return NAME.test(value) && !FIXED.test(key) && !OURS.has(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => namesIn(each, Array.isArray(value) ? key : name));
}

/** The same name wherever it stands, alone or as a part of a user or subject. */
function renamed(value: unknown, from: string, to: string, key = ''): unknown {
  if (typeof value === 'string')
    return FIXED.test(key)
      ? value
      : value.split(/(?<=[:/])|(?=[:/])/).includes(from) || value === from
        ? value.split(from).join(to)
        : value;
  if (Array.isArray(value)) return value.map((each) => renamed(each, from, to, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, renamed(each, from, to, name)]));
}

/** What is wrong with what is said. */
function faultsOf(verdict: Verdict): string[] {
  // One word to a shell; to a program an option, where it stands alone.
  const withoutOption = (text: string) => text.replaceAll('--zzq', '');
  const bare = (what: string, en = '') => (withoutOption(en.replace(/"[^"]*"/g, '""')).includes(MARK) ? [`${what}: ${en}`] : []);
  const meant = (what: string, command = '') =>
    unquoted(command)
      .replaceAll(/(?<=[:/=]|--\w+[ =])--zzq/g, '')
      .includes(MARK) || /(?<=^|\s)'?--zzq/.test(command)
      ? [`${what}: ${command}`]
      : [];
  if (verdict.kind === 'pass') return bare('note', verdict.note?.en);
  if (verdict.kind !== 'problem')
    return [...bare('note', verdict.why.en), ...(verdict.kind === 'cannot-tell' ? elsewhere(verdict.wants) : [])];
  return [
    ...bare('title', verdict.title.en),
    ...verdict.fixes.flatMap(({ action, steps = '', form, source, verify }) => [
      ...(withoutOption(action.en).includes(MARK) ? [`act: ${action.en}`] : []),
      ...(form === 'shell' || form === undefined ? meant('steps', steps) : []),
      ...(form === 'yaml' && parseAllDocuments(steps).some(({ errors }) => errors.length > 0) ? [`YAML: ${steps}`] : []),
      ...meant('source', source),
      ...meant('verify', verify),
    ]),
    ...verdict.evidence.flatMap(({ reproduce }) => meant('reproduce', reproduce)),
    ...elsewhere(verdict.wants),
  ];

  function elsewhere(wants: readonly Want[] = []): string[] {
    return wants.flatMap((want) => meant('elsewhere', want.elsewhere));
  }
}

describe('names that are none', { concurrency: 4 }, () => {
  for (const { scenario, world } of SCENARIOS.filter((each) => SOME.includes(each.scenario)))
    it(scenario, async (t) => {
      const running = await startWorld(world);
      try {
        await runIn(running, ['--save', path.join(scratch, scenario)]);
      } finally {
        await running.stop();
      }
      const { facts } = JSON.parse(await readFile(path.join(scratch, scenario, 'facts.json'), 'utf8')) as { facts: AnyFact[] };
      const names = [...new Set(namesIn(facts.map(({ subject, outcome }) => ({ subject, outcome }))))];
      const found = new Set<string>();
      let judged = 0;
      for (const [at, name] of names.entries())
        for (const hostile of [0, 4, 8].map((step) => HOSTILE[(at + step) % HOSTILE.length] ?? '')) {
          judged += 1;
          const told = facts.map((fact) => ({
            ...fact,
            ...(renamed({ subject: fact.subject, outcome: fact.outcome }, name, hostile) as object),
          })) as AnyFact[];
          for (const { check, verdict } of judge(told, CHECKS)) {
            if (verdict.kind === 'crashed') found.add(`${check.question} crashed by ${name}: ${verdict.error}`);
            else for (const fault of faultsOf(verdict)) found.add(`${check.question}, ${name}: ${fault.slice(0, 240)}`);
          }
        }
      assert.deepEqual([...found], []);
      assert.ok(names.length > 10, names.join());
      t.diagnostic(`${names.length} names, ${judged} times judged`);
    });

  it('are planted in scenarios that exist', () => {
    const known = SCENARIOS.map(({ scenario }) => scenario);
    assert.deepEqual(
      SOME.filter((each) => !known.includes(each)),
      [],
    );
  });
});
