/** --quiet is two lines, -v all that is known; both of the real command, in a simulated world. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.js';
import { recordingIo } from '../scenarios/run.js';

async function demo(...words: string[]): Promise<string[]> {
  const { io, text } = recordingIo();
  await runCommandLine(['demo', ...words], io);
  return text().stdout.split('\n');
}

it('takes -q for --quiet: the verdict and the act, and -v for --verbose', async () => {
  const quiet = await demo('-q');
  // What the demo says of itself stands around the two lines.
  assert.equal(quiet.length, 6, quiet.join('\n'));
  assert.match(quiet[3] ?? '', /^Fix \(cluster\): kubelet-doctor rbac --missing --yaml .*\| kubectl apply -f -$/);
  assert.ok((await demo('-v')).length > 40);
});
