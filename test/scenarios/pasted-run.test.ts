/**
 * What is printed of curl and openssl, run by a shell as printed, in the world it was printed in: it shows what the fact beside it saw. Only where the
 * files of the world lie is another place than theirs, so its directory stands before their names.
 */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { AnyFact } from '../../src/model/facts.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { startWorld } from '../../src/sim/start.js';
import { runIn } from './run.js';

const WORLDS = [
  'healthy',
  'healthy-workstation',
  'rights-missing',
  'expired-certificate',
  'token-foreign',
  'read-only-port',
  'kubelet-host-unset',
];
const missing = ['curl', 'openssl'].filter((name) => spawnSync(name, ['version']).error !== undefined);

const scratch = mkdtempSync(path.join(tmpdir(), 'kd-pasted-run-'));
after(() => rmSync(scratch, { recursive: true }));

const FILES = /(?<=[ (])\/(?:var\/run\/secrets|etc\/datadog-agent)\//g;

function paste(command: string, root: string): Promise<string> {
  return new Promise((resolve) =>
    execFile(
      'sh',
      ['-c', command.replace(FILES, (at) => `${root}${at}`)],
      { env: { PATH: process.env.PATH, HOME: root }, timeout: 20_000, maxBuffer: 32 << 20 },
      (_, stdout, stderr) => resolve(`${stdout}\n${stderr}`),
    ),
  );
}

/** What the output must hold, of a fact that saw an answer. */
function shows({ kind, outcome }: AnyFact): RegExp | undefined {
  if (outcome.status !== 'observed') return undefined;
  if (kind === 'http') return new RegExp(`^HTTP/1\\.1 ${outcome.data.status} `, 'm');
  if (kind === 'tls') return /-----BEGIN CERTIFICATE-----/;
  return undefined;
}

describe('curl and openssl, as printed', { skip: missing.length > 0 && `without ${missing.join()}` }, () => {
  const ran = { curl: 0, openssl: 0 };
  for (const { scenario, world } of SCENARIOS.filter((each) => WORLDS.includes(each.scenario)))
    it(scenario, async () => {
      const running = await startWorld(world);
      try {
        const saved = path.join(scratch, scenario);
        await runIn(running, ['--save', saved]);
        const { facts } = JSON.parse(readFileSync(path.join(saved, 'facts.json'), 'utf8')) as { facts: AnyFact[] };
        for (const fact of facts) {
          const expected = shows(fact);
          const [program] = /^(?:curl|openssl)(?= )/.exec(fact.reproduce ?? '') ?? [];
          // Names of the world are known to its own resolver alone.
          if (!expected || !program || /\.sim\b/.test(fact.reproduce ?? '')) continue;
          ran[program as keyof typeof ran] += 1;
          assert.match(await paste(fact.reproduce ?? '', running.host.root ?? ''), expected, fact.reproduce);
        }
      } finally {
        await running.stop();
      }
    });

  it('saw some of each', () => assert.ok(ran.curl > 20 && ran.openssl > 4, JSON.stringify(ran)));
});
