/** `kubelet-doctor script`: what a shell asks in the agent's pod, and what is made of it elsewhere, is what the program finds there itself. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { createHost } from '../../src/host/create.js';
import { flatten } from '../../src/judge/rank.js';
import { judgeAnswers } from '../../src/live/script/judged.js';
import { scriptText } from '../../src/live/script/text.js';
import type { Report } from '../../src/model/report.js';
import type { Scenario } from '../../src/sim/scenario.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { startWorld } from '../../src/sim/start.js';
import type { World } from '../../src/sim/world.js';
import { hasProgram, runScript } from '../support/script.js';
import { runIn } from './run.js';

const needed = hasProgram('curl', '--version') && hasProgram('openssl', 'version') ? false : 'no curl or openssl here';
const ALL = process.env.EVERY_SCENARIO === '1';
/** Of each group some; all of them take minutes. */
const STEP = 5;
const AT_ONCE = 3;

/** What the clock says is not ours to change for a shell. */
const isPod = ({ world }: Scenario) => (world.place ?? 'agent-pod') === 'agent-pod' && !world.argv && !world.network?.clockOffsetMs;
const inPods = SCENARIOS.filter(isPod);
const chosen = inPods.filter((_, at) => ALL || at % STEP === 0);

const CHOICES = { failOn: 'degrades', skip: [], only: [] } as const;

interface Heard {
  out: string;
  report: Report;
  skipped: string[];
  secrets: string[];
  /** What the program itself finds there. */
  program?: Report;
}

async function heard(world: World, ways: Parameters<typeof runScript>[1] = {}, beside = false): Promise<Heard> {
  const running = await startWorld(world);
  try {
    const out = await runScript(running, ways);
    const program = beside ? (JSON.parse((await runIn(running, ['--output', 'json'])).stdout) as Report) : undefined;
    const judged = await judgeAnswers(out, createHost({ env: {} }), CHOICES);
    if ('error' in judged) throw new Error(judged.error);
    return { out, report: judged.report, skipped: judged.skipped, secrets: running.secrets, ...(program && { program }) };
  } finally {
    await running.stop();
  }
}

/** Whose certificate is another one for each who looks. */
const DIFFERS_EACH_TIME = /certificate-swapped$/;

const provenIn = (report?: Report): string[] =>
  report ? flatten(report.findings).flatMap(({ cause, certainty }) => (certainty === 'proven' ? [cause] : [])) : [];

/** What a reader of the report is told to do. */
function adviceIn({ findings, results }: Report): string[] {
  const told = flatten(findings).flatMap(({ fixes, decide }) => [
    ...fixes.flatMap(({ action, steps = '', source = '', verify = '' }) => [action.en, ...steps.split('\n'), source, verify]),
    ...decide,
  ]);
  return [...told, ...results.flatMap(({ note, elsewhere }) => [note?.en ?? '', ...elsewhere])];
}

/** The program itself without a word that makes it another command, or a flag of it that is no part of a command: there is no run to give it to. */
function isForAnotherRun(advice: string): boolean {
  const ours = /(?:^|[|;] *)kubelet-doctor(?: --(?!agent-process)|$)/.test(advice);
  return ours || /\b(?:pass|use|give|set|name one with|with) --(?:kubeconfig|apiserver|token|ca|node|host|kubelet|timeout)/i.test(advice);
}

describe('script', { skip: needed, concurrency: AT_ONCE }, () => {
  const missed: string[] = [];
  let ended = 0;

  for (const { scenario, world, expect } of chosen)
    it(`${scenario}: the same first cause`, async () => {
      const { out, report, secrets, program } = await heard(world, {}, true);
      const found = flatten(report.findings);
      const first = (expect.first === null ? found.filter(({ severity }) => severity !== 'note') : found)[0]?.cause ?? null;
      if (first !== expect.first) missed.push(`${scenario}: ${first} in place of ${expect.first}`);
      for (const secret of secrets) assert.ok(!out.includes(secret), `a secret is printed: ${secret.slice(0, 12)}…`);
      assert.ok(!report.results.some(({ outcome }) => outcome === 'crashed'), 'a check crashed');
      if (!DIFFERS_EACH_TIME.test(scenario))
        assert.deepEqual(
          provenIn(report).filter((cause) => !provenIn(program).includes(cause)),
          [],
        );
      assert.deepEqual(adviceIn(report).filter(isForAnotherRun), [], 'advice that only a run of the program can take');
      ended += 1;
      if (ended === chosen.length) assert.ok(missed.length * 10 <= chosen.length, missed.join('\n'));
    });

  it('asks the same under busybox', { skip: hasProgram('busybox', 'true') ? false : 'no busybox here' }, async () => {
    const { report } = await heard({ agent: { rights: ['none'] } }, { shell: ['busybox', 'sh'], applets: true });
    assert.equal(flatten(report.findings)[0]?.cause, 'kubelet-permission-missing');
  });

  it('asks the same under dash', { skip: hasProgram('dash', '-c', ':') ? false : 'no dash here' }, async () => {
    const { report } = await heard({ agent: { rights: ['none'] } }, { shell: ['dash'] });
    assert.equal(flatten(report.findings)[0]?.cause, 'kubelet-permission-missing');
  });

  it('prints no secret of its environment, wherever one stands', async () => {
    const secret = 'sentinel-of-the-environment';
    const env = {
      DD_API_KEY: secret,
      DD_APP_KEY: `two\n@@ end\nDD_LOGS_ENABLED=${secret}`,
      DD_CLUSTER_AGENT_AUTH_TOKEN: `${secret}-and-more-of-it`,
      HTTPS_PROXY: `http://user:${secret}@127.0.0.1:1`,
      NO_PROXY: '*',
      DOCKER_HOST: `tcp://user:${secret}@127.0.0.1:2375`,
      DD_CLUSTER_AGENT_ENABLED: 'true',
      DD_CLUSTER_AGENT_URL: `https://user:${secret}@127.0.0.1:1`,
      DD_KUBELET_TLS_VERIFY: `false\n${secret}`,
      API_SERVER_URL: `https://user:${secret}@127.0.0.1`,
      SOMETHING_ELSE: secret,
    };
    const { out, secrets } = await heard({}, { env });
    for (const one of [secret, ...secrets])
      assert.ok(!out.includes(one), out.slice(Math.max(0, out.indexOf(one) - 300), out.indexOf(one) + 40));
    assert.match(out, /^@@ length DD_CLUSTER_AGENT_AUTH_TOKEN 42$/m);
  });

  for (const [world, cause] of [
    [{ agent: { rights: ['none'] } }, 'kubelet-permission-missing'],
    [{ kubelet: { certificate: 'other-ca' } }, 'kubelet-certificate-unknown-authority'],
    [{ kubelet: { listen: 'closed' } }, 'kubelet-connection-refused'],
  ] as const)
    it(`asks by openssl alone where there is no curl: ${cause}`, async () => {
      const running = await startWorld(world as World);
      try {
        const out = await runScript(running, { without: 'curl' });
        const judged = await judgeAnswers(out, createHost({ env: {} }), CHOICES);
        assert.ok(!('error' in judged));
        assert.equal(flatten(judged.report.findings)[0]?.cause, cause);
        for (const secret of running.secrets) assert.ok(!out.includes(secret));
      } finally {
        await running.stop();
      }
    });

  it('prints nothing of a server that repeats what it is sent, and of no variable that is not known', async () => {
    const { out, secrets } = await heard({ hostile: { kubelet: true, apiserver: true } });
    for (const secret of secrets)
      assert.ok(
        !out.includes(secret),
        `${secret.slice(0, 12)}… in\n${out.slice(Math.max(0, out.indexOf(secret) - 200), out.indexOf(secret))}`,
      );
    assert.match(out, /^\|DD_API_KEY$/m);
  });

  it('says what is missing where its end is', async () => {
    const { out } = await heard({});
    const cut = await judgeAnswers(out.slice(0, out.indexOf('@@ http')), createHost({ env: {} }), CHOICES);
    assert.ok(!('error' in cut));
    assert.deepEqual(cut.skipped, ['the end is missing: the script was stopped, or its output was cut']);
    assert.notEqual(cut.report.summary.exitCode, 0);
  });

  // Cut at every block: what was not looked at is missing, and nothing is known by that.
  for (const [name, world] of [
    ['a world that is well', {}],
    ['a kubelet that refuses', { kubelet: { listen: 'closed' } }],
    ['an account without permissions', { agent: { rights: ['none'] } }],
  ] as const)
    it(`proves nothing by what is cut off: ${name}`, async () => {
      const { out, report } = await heard(world as World);
      const whole = new Set(flatten(report.findings).map(({ cause }) => cause));
      const wrong: string[] = [];
      for (const { index } of out.matchAll(/^@@ /gm)) {
        const cut = await judgeAnswers(out.slice(0, index), createHost({ env: {} }), CHOICES);
        if ('error' in cut) continue;
        const more = flatten(cut.report.findings).filter(({ cause, certainty }) => certainty === 'proven' && !whole.has(cause));
        if (more.length > 0) wrong.push(`${out.slice(index).split('\n', 1)[0]}: ${more.map(({ cause }) => cause).join(', ')}`);
        if (cut.report.summary.exitCode === 0 && report.summary.exitCode !== 0) wrong.push(`${out.slice(index).split('\n', 1)[0]}: well`);
      }
      assert.deepEqual(wrong, []);
    });

  it('tells no list of processes the token, and gives it to no wget', () => {
    const text = scriptText('0.0.0');
    assert.doesNotMatch(text, /wget|-H ["']Authorization|--header/);
    // The one place where it is written is a builtin's.
    const lines = text.split('\n').filter((line) => /\$(TOKEN|APISERVER_TOKEN|KUBELET_TOKEN)\b/.test(line));
    for (const line of lines) assert.match(line, /printf|case \$TOKEN|=\$[A-Z_]*TOKEN|\[ -[nz] "\$[A-Z_]*TOKEN"|\*"\$TOKEN"\*/, line);
  });

  it('is silent to shellcheck', { skip: hasProgram('shellcheck', '--version') ? false : 'no shellcheck here' }, () => {
    const { stdout } = spawnSync('shellcheck', ['-'], { input: scriptText('0.0.0'), encoding: 'utf8' });
    assert.equal(stdout, '');
  });
});
