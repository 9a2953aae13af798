/** Nothing to check is no finding about an agent. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { main } from '../../src/main.js';
import { recordingIo } from '../support/io.js';

for (const output of ['text', 'json'])
  it(`at a machine that knows no cluster: four lines that say what to do, exit code 2 (-o ${output})`, async () => {
    const { io, text } = recordingIo();
    assert.equal(await main(['-o', output], { io, host: { env: {}, root: '/nonexistent' } }), 2);
    const { stdout, stderr } = text();
    assert.equal(stdout, '');
    assert.equal(stderr.trim().split('\n').length, 4);
    assert.match(
      stderr,
      /^kubelet-doctor: nothing to check: there is no kubeconfig.*\nNext: +kubelet-doctor --kubeconfig FILE --node NODE\n/,
    );
    assert.doesNotMatch(stderr, /[Bb]locks/);
  });

for (const [command, next] of [
  ['rbac', 'kubelet-doctor rbac --kubeconfig FILE'],
  ['nodes', 'kubelet-doctor nodes --kubeconfig FILE'],
  ['settings', 'kubelet-doctor settings --kubeconfig FILE, or --manifest FILE'],
] as const)
  it(`${command}: the same, with the command to type`, async () => {
    const { io, text } = recordingIo();
    assert.equal(await main([command], { io, host: { env: {}, root: '/nonexistent' } }), 2);
    assert.equal(text().stdout, '');
    assert.match(text().stderr, /^kubelet-doctor: nothing to check/);
    assert.ok(text().stderr.includes(next), text().stderr);
  });
