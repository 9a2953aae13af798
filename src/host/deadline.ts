/** One budget for a run or a question. */

export interface Deadline {
  /** Milliseconds left, never negative. */
  remaining(): number;
  /** Aborted, with a TimeoutError as reason, when the time is over. */
  readonly signal: AbortSignal;
  /** Stops the clock: the signal will not abort any more. */
  clear(): void;
}

/**
 * Starts a budget of `totalMs`. The timer is unref'ed: a deadline alone must not keep the process alive after its report.
 * `now` should be monotonic (`performance.now`), since the wall clock may be the very thing that is wrong.
 */
export function createDeadline(now: () => number, totalMs: number): Deadline {
  const end = now() + totalMs;
  const controller = new AbortController();
  const expire = () => controller.abort(new DOMException(`the budget of ${totalMs} ms is used up`, 'TimeoutError'));
  const timer = setTimeout(expire, totalMs);
  timer.unref();
  return {
    remaining: () => Math.max(0, end - now()),
    signal: controller.signal,
    clear: () => clearTimeout(timer),
  };
}
