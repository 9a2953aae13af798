/** `explain -o json`: what its schema says, exit codes, and no secret in it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { main } from '../../src/main.js';
import type { Reading } from '../../src/texts/index.js';
import { textsSchema } from '../../src/texts/schema.js';
import { recordingIo } from '../support/io.js';

const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(textsSchema);

async function explain(...words: string[]) {
  const { io, text } = recordingIo();
  return { code: await main(['explain', ...words], { io, host: { env: {} } }), ...text() };
}

const TEXTS: readonly [text: string, code: number, kind: string | undefined][] = [
  ['Get "https://192.0.2.7:10250/pods": dial tcp 192.0.2.7:10250: connect: connection refused', 1, 'cause'],
  ['Kubelet connection check failed', 0, 'wrapper'],
  ['unexpected status code from cluster agent: 403', 0, 'not-ours'],
  ['Successful configuration found for Kubelet, using URL: https://192.0.2.7:10250', 0, 'works'],
  ['the quick brown fox', 0, undefined],
];

describe('explain -o json', () => {
  for (const [text, code, kind] of TEXTS)
    it(text, async () => {
      const found = await explain('-o', 'json', text);
      const json = JSON.parse(found.stdout) as { exitCode: number; answer: Reading | null };
      assert.ok(validate(json), JSON.stringify(validate.errors));
      assert.deepEqual([found.code, json.exitCode, json.answer?.verdict.kind], [code, code, kind]);
    });

  it('has what a cause is called, and the first sentence of its fix', async () => {
    const { answer } = JSON.parse((await explain('-o', 'json', TEXTS[0]?.[0] ?? '')).stdout);
    assert.equal(answer.verdict.causes[0].cause, 'kubelet-down');
    assert.ok(answer.verdict.causes[0].title && answer.verdict.causes[0].fix);
  });

  it('shows no secret and no control character of the text, in either format', async () => {
    const token = `eyJ${'a1B2'.repeat(12)}.${'c3D4'.repeat(12)}.${'e5F6'.repeat(12)}`;
    const text = `\u001b[31mGet "https://user:hunter22@192.0.2.7:10250/pods?x=${token}": Bearer ${token}: connect: connection refused`;
    for (const words of [['-o', 'json', text], [text]]) {
      const { stdout, stderr } = await explain(...words);
      assert.match(stdout, /kubelet-down/);
      for (const secret of [token, token.slice(0, 30), 'hunter22', '\u001b']) assert.ok(!`${stdout}${stderr}`.includes(secret), secret);
    }
  });
});
