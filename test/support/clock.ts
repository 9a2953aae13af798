import { once } from 'node:events';
import type { Clock } from '../../src/sim/state/clock.js';

export interface ClockByHand extends Clock {
  /** Time passes: whoever waited for no more than this goes on. */
  advance(ms: number): void;
  /** How many wait. */
  readonly waiting: number;
  /** Resolves when somebody waits. */
  someoneWaits(): Promise<void>;
}

/** A clock that stands still until it is moved: however long the machine takes, a second is over when the test says so. */
export function clockByHand(): ClockByHand {
  let time = Date.now();
  const waits = new Set<{ until: number; run: () => void }>();
  const events = new EventTarget();
  return {
    now: () => time,
    after(ms, run) {
      const wait = { until: time + ms, run };
      waits.add(wait);
      events.dispatchEvent(new Event('wait'));
      return () => waits.delete(wait);
    },
    advance(ms) {
      time += ms;
      for (const wait of [...waits])
        if (wait.until <= time) {
          waits.delete(wait);
          wait.run();
        }
    },
    get waiting() {
      return waits.size;
    },
    async someoneWaits() {
      if (waits.size === 0) await once(events, 'wait');
    },
  };
}
