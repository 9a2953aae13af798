/** What V8 is told, it must know: it says so on stderr where it does not, and goes on. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { flagsFor } from '../../src/host/engine.js';

const OURS = Number.parseInt(process.versions.v8, 10);

describe('what V8 is told', () => {
  it('the V8 of this Node knows each of it', () => {
    const flags = Object.values(flagsFor(OURS)).flat();
    const telling = "for (const flag of process.argv.slice(1)) require('node:v8').setFlagsFromString(flag)";
    const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', telling, '--', ...flags], { encoding: 'utf8' });
    assert.deepEqual({ stdout, stderr, status }, { stdout: '', stderr: '', status: 0 });
  });

  it('one that we have not met is told nothing', () => {
    assert.deepEqual(
      [10, 14, Number.NaN].map((version) => Object.values(flagsFor(version)).flat()),
      [[], [], []],
    );
  });
});
