import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stopwatch } from './stopwatch.js';

test('work counts in full, as long as it blocks', () => {
  const lived = stopwatch();
  const { user } = process.cpuUsage();
  while (process.cpuUsage().user - user < 100_000);
  assert.ok(lived() >= 95);
});

test('waiting counts, and no more than it took', async () => {
  const [began, lived] = [performance.now(), stopwatch()];
  await new Promise((resolve) => setTimeout(resolve, 200));
  const ms = lived();
  assert.ok(ms > 10 && ms <= performance.now() - began, `${ms} ms`);
});

test('what a busy machine takes away does not count', () => {
  const lived = stopwatch();
  // Stands still without working, as a process does that gets no core.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  assert.ok(lived() < 100, `${lived()} ms`);
});
