import assert from 'node:assert/strict';
import type { Outcome } from '../../src/model/facts.js';
import { stopwatch } from '../support/stopwatch.js';

/** A timeout where an answer comes: none that a busy machine could make true. */
export const ANSWERED = 30_000;

type Asked = Outcome<unknown> | { outcome: Outcome<unknown> };

/** What was asked ends so soon, by the time that this process lived, and says of its time no more than is true. */
export async function within<T extends Asked>(limitMs: number, ask: () => Promise<T>): Promise<T> {
  const [began, lived] = [performance.now(), stopwatch()];
  const answer = await ask();
  const outcome: Outcome<unknown> = 'outcome' in answer ? answer.outcome : answer;
  const livedMs = lived();
  assert.ok(livedMs < limitMs, `took ${Math.round(livedMs)} ms: ${JSON.stringify(outcome)}`);
  assert.ok('ms' in outcome && outcome.ms !== undefined && outcome.ms <= performance.now() - began + 1, JSON.stringify(outcome));
  return answer;
}
