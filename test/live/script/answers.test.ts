/** What people paste of the script's output: with what kubectl says, another system's line ends, a ticket's quotes, cut, twice, or of no pod at all. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHost } from '../../../src/host/create.js';
import { eachOf, isAnswers, readAnswers } from '../../../src/live/script/answers.js';
import { judgeAnswers } from '../../../src/live/script/judged.js';
import { openQuestion } from '../../../src/report/words.js';

const BEGAN = Date.parse('2026-03-01T10:00:00Z') / 1000;
const part = (json: object) => JSON.stringify(json);
const CLAIMS = part({
  sub: 'system:serviceaccount:datadog:datadog-agent',
  iat: BEGAN - 3600,
  exp: BEGAN + 7200,
  'kubernetes.io': { namespace: 'datadog', node: { name: 'n1' }, pod: { name: 'datadog-agent-abc12' } },
});
const LINES = [
  ...['@@ kubelet-doctor-answers 1', `@@ began ${BEGAN}`, '@@ host', '|datadog-agent-abc12', '', '@@ env'],
  ...[
    '|KUBERNETES_SERVICE_HOST=192.0.2.1',
    '|KUBERNETES_SERVICE_PORT=443',
    '|DD_KUBERNETES_KUBELET_HOST=192.0.2.7',
    '',
    '@@ names',
    '|DD_API_KEY',
    '',
  ],
  ...['@@ file ok /var/run/secrets/kubernetes.io/serviceaccount/namespace', '|datadog', ''],
  ...['@@ folder /var/run/secrets/kubernetes.io/serviceaccount', '|ca.crt', '|namespace', '|token', ''],
  ...['@@ token jwt /var/run/secrets/kubernetes.io/serviceaccount/token', `|${CLAIMS}`, ''],
  ...[`@@ http 192.0.2.7:10250 anonymous GET ${BEGAN} /pods`, '|@wire', '|*   Trying 192.0.2.7:10250...'],
  ...['|* connect to 192.0.2.7 port 10250 failed: Connection refused', '|@time 0.001', '|@exit 7', '|', '', '@@ end', ''],
];
const TEXT = LINES.join('\n');
const CHOICES = { failOn: 'degrades', skip: [], only: [] } as const;
const judge = (text: string) => judgeAnswers(text, createHost({ env: {} }), CHOICES);

async function causes(text: string): Promise<string[]> {
  const judged = await judge(text);
  return 'error' in judged ? [judged.error] : judged.report.findings.map(({ cause }) => cause);
}

const NOISE = 'Defaulted container "agent" out of: agent, trace-agent, init-volume (init)';
const PASTED: Record<string, string> = {
  'what kubectl says before it': `${NOISE}\nUnable to use a TTY - input is not a terminal or the right kind of file\n${TEXT}`,
  'a prompt before it and after it': `$ kubectl -n datadog exec -i x -- sh < ask.sh\n${TEXT}\n$ `,
  'what kubectl says at its end': `${TEXT}\ncommand terminated with exit code 137\n`,
  'an error of the shell in between': TEXT.replace('@@ names', 'sh: 12: getent: not found\n@@ names'),
  'line ends of Windows': TEXT.replaceAll('\n', '\r\n'),
  'the quotes of a mail': TEXT.replaceAll(/^/gm, '> '),
  'the indent of a ticket': `It says:\n\n${TEXT.replaceAll(/^/gm, '    ')}`,
  'a fence': `\`\`\`\n${TEXT}\n\`\`\`\n`,
};

describe('what is pasted of the answers', () => {
  for (const [what, text] of Object.entries(PASTED))
    it(`reads ${what}`, async () => {
      assert.ok(isAnswers(text), 'not taken for answers');
      const [one = '', ...more] = eachOf(text);
      assert.equal(more.length, 0);
      assert.deepEqual(await causes(one), await causes(TEXT));
    });

  it('tells several pods apart', async () => {
    const other = TEXT.replaceAll('datadog-agent-abc12', 'datadog-agent-xyz34').replace('Connection refused', 'No route to host');
    const [first = '', second = '', ...more] = eachOf(`${TEXT}\n${NOISE}\n${other}`);
    assert.equal(more.length, 0);
    assert.deepEqual(await causes(first), await causes(TEXT));
    assert.deepEqual(await causes(second), await causes(other));
    assert.notDeepEqual(await causes(second), await causes(TEXT));
  });

  for (const [what, text, said] of [
    ['the beginning alone', TEXT.slice(0, TEXT.indexOf('@@ http')), /end before it asked a server; run it again/],
    ['lines that a terminal broke', wrapped(TEXT, 60), /broken, as in a copy of a terminal/],
    ['no pod', LINES.filter((line) => !/SERVICE_HOST|serviceaccount|^\|datadog$|sub/.test(line)).join('\n'), /end before|in no pod/],
    ['a node', outside(TEXT), /ran in no pod.*run it in the agent's own: kubectl -n NAMESPACE exec -i AGENT_POD/],
    [
      'a debug pod',
      TEXT.replaceAll('datadog-agent-abc12', 'node-debugger-n1-abcde')
        .replaceAll(':datadog-agent"', ':default"')
        .replace('|DD_API_KEY\n', '')
        .replace(/\|DD_KUBERNETES_KUBELET_HOST.*\n/, ''),
      /ran in a debug pod/,
    ],
  ] as const)
    it(`refuses ${what} in one line`, async () => {
      const judged = await judge(text);
      assert.ok('error' in judged, JSON.stringify(judged).slice(0, 300));
      assert.match(judged.error, said);
      assert.doesNotMatch(judged.error, /\n/);
    });

  it('says of what is cut that its end is missing, and does not call that well', async () => {
    const judged = await judge(TEXT.replace('@@ end\n', ''));
    assert.ok(!('error' in judged));
    assert.deepEqual(judged.skipped, ['the end is missing: the script was stopped, or its output was cut']);
    assert.notEqual(judged.report.summary.exitCode, 0);
    assert.equal(judged.report.where.script?.cut, true);
    // What is open is asked by the script again.
    const open = judged.report.results.filter(({ outcome, required }) => required && outcome === 'cannot-tell');
    assert.match(
      openQuestion(open, judged.report.where).fix,
      /^To find out: kubelet-doctor script \| kubectl -n datadog exec -i datadog-agent-abc12/,
    );
  });

  it('is about the pod and the time that it was asked in and at, and not about here and now', async () => {
    const judged = await judge(TEXT);
    assert.ok(!('error' in judged));
    const { report } = judged;
    assert.equal(report.startedAt, '2026-03-01T10:00:00.000Z');
    assert.deepEqual(report.where.script, { pod: 'datadog-agent-abc12', namespace: 'datadog' });
    // The token was good for two more hours then.
    assert.ok(!report.findings.some(({ cause }) => /token-expired/.test(cause)));
    const late = await judge(TEXT.replace(`began ${BEGAN}`, `began ${BEGAN + 8000}`));
    assert.ok(!('error' in late));
    assert.match(JSON.stringify(late.report.findings), /token-expired/);
  });

  it('takes no name of a stranger into a command', async () => {
    const judged = await judge(TEXT.replaceAll('datadog-agent-abc12', 'x; rm -rf $HOME #').replace('|datadog\n', '|$(id)\n'));
    assert.ok(!('error' in judged));
    assert.deepEqual(judged.report.where.script, {});
    assert.doesNotMatch(JSON.stringify(judged.report.findings.map(({ fixes }) => fixes)), /rm -rf|\$\(id\)/);
  });

  it('is bounded: blocks without end, and one line of a megabyte', () => {
    assert.equal(readAnswers(`${TEXT}${'@@ x\n'.repeat(50_000)}`).blocks.length, 1000);
    assert.ok(readAnswers(`@@ kubelet-doctor-answers 1\n|${'a'.repeat(1 << 20)}`));
  });
});

/** As a terminal of so many columns shows it. */
function wrapped(text: string, columns: number): string {
  return text.replaceAll(new RegExp(`.{${columns}}(?=.)`, 'g'), '$&\n');
}

/** No mark of a pod is left. */
function outside(text: string): string {
  return text
    .replace(/\|KUBERNETES_SERVICE.*\n/g, '')
    .replace(
      '@@ file ok /var/run/secrets/kubernetes.io/serviceaccount/namespace\n|datadog',
      '@@ file ENOENT /var/run/secrets/kubernetes.io/serviceaccount/namespace',
    );
}
