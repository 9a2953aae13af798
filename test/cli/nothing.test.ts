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
