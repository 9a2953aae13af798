/** The pages' lines that run what `manifest` prints are run by a shell as they are written, with a kubectl that tells what it was given. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { main } from '../../src/main.js';
import { recordingIo } from '../support/io.js';
import { allPages, codeOf, wordsBehind } from '../support/pages.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kd-pasted-'));
after(() => rmSync(folder, { recursive: true }));
const program = (name: string, script: string) => writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
program('kubelet-doctor', 'cat "$KD_PRINTED"');
program(
  'kubectl',
  `case "$*" in
  *jsonpath*volumes*) echo other kube-api-access-x7k2p;;
  *jsonpath*runAsUser*) echo 101;;
  apply*) cat;;
  *) for word; do echo "$word"; case "$word" in --custom=*) cat "\${word#--custom=}";; esac; done;;
esac`,
);

/** A real name in place of a placeholder: names of Kubernetes are small letters. */
const filledIn = (line: string) =>
  line.replace(
    /\b(AGENT_POD|NODE|IMAGE)\b/g,
    (word) => ({ AGENT_POD: 'agent-x7k2p', NODE: 'n1', IMAGE: 'registry.test/kubelet-doctor:1' })[word] ?? word,
  );

async function paste(line: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const [words = []] = wordsBehind(/^kubelet-doctor$/, line);
  const { io, text } = recordingIo();
  assert.equal(await main(words, { io }), 0, text().stderr);
  const printed = path.join(folder, 'printed');
  writeFileSync(printed, `${text().stdout}\n`);
  // TMPDIR: what the line itself leaves behind goes with our folder.
  const env = { PATH: `${folder}:/usr/bin:/bin`, KD_PRINTED: printed, TMPDIR: folder };
  return spawnSync('sh', ['-c', line], { env, encoding: 'utf8', timeout: 20_000 });
}

const lines = [...new Set(allPages().flatMap(codeOf).map(filledIn))];

describe('lines of the pages that run what manifest prints', () => {
  const debug = lines.filter((line) => line.startsWith('sh -c "$(kubelet-doctor manifest debug '));
  it('README and help have one for a pod and one for a node', () => assert.equal(debug.length, 2));

  for (const line of debug)
    it(line, async () => {
      const { status, stdout, stderr } = await paste(line);
      assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
      const given = stdout.trim().split('\n');
      assert.equal(given[0], 'debug');
      assert.ok(given.includes('-it') && given.includes('--image=registry.test/kubelet-doctor:1'));
      const custom = given.findIndex((word) => word.startsWith('--custom='));
      const spec = JSON.parse(given[custom + 1] ?? '') as { volumeMounts?: { name: string }[] };
      if (line.includes('--pod')) assert.equal(spec.volumeMounts?.[0]?.name, 'kube-api-access-x7k2p');
      assert.deepEqual(given.slice(given.indexOf('--'), given.indexOf('--') + 3), ['--', '/usr/local/bin/kubelet-doctor', 'check']);
    });

  const applied = lines.filter((line) => /^kubelet-doctor manifest .*\| kubectl apply -f -$/.test(line));
  it('what is piped into kubectl apply arrives', async () => {
    assert.ok(applied.length > 0);
    for (const line of applied) {
      const { status, stdout } = await paste(line);
      assert.equal(status, 0);
      assert.equal(stdout, readFileSync(path.join(folder, 'printed'), 'utf8'));
      assert.match(stdout, /^kind: /m);
    }
  });
});
