/**
 * Deadlines that count only the time in which this process could have heard an answer. A loop that comes late (a busy machine, a CPU limit, our own
 * work in one piece) hears late too, and a timeout that passed meanwhile would blame a server for it.
 */
import { elapsedMs } from './stopwatch.js';

/** What a wait of ours failed with where we were too late to tell whether an answer came. It proves nothing of the server. */
export const TOO_LATE = 'ELATE';

const TICK_MS = 10;
/** A tick that comes later than this after the one before was late; sooner, it is the grain of timers. */
const ON_TIME_MS = 16;
/** How often a wait goes on for what was lost of it, before it is given up. */
const AGAIN = 3;
/** What of a wait may be lost in the end. */
const GRAIN = 0.1;

let lostMs = 0;
let lastTick = 0;
let waits = 0;
let ticks: NodeJS.Timeout | undefined;

function tick(): void {
  const now = elapsedMs();
  const passed = now - lastTick;
  if (passed > ON_TIME_MS) lostMs += passed - TICK_MS;
  lastTick = now;
}

/** Measures from now on how late this process is. `lateMs` says it so far; `end` stops it. */
export function measureLateness(): { lateMs(): number; end(): void } {
  if (waits === 0) {
    lastTick = elapsedMs();
    ticks = setInterval(tick, TICK_MS).unref();
  }
  waits += 1;
  const before = lost();
  let lateMs: number | undefined;
  return {
    lateMs: () => lateMs ?? lost() - before,
    end() {
      if (lateMs !== undefined) return;
      lateMs = lost() - before;
      waits -= 1;
      if (waits === 0) clearInterval(ticks);
    },
  };
}

function lost(): number {
  tick();
  return lostMs;
}

/**
 * Calls `over` once `ms` have passed in which we were on time; with TOO_LATE where that does not come about. What came in by then is heard
 * first: timers run before the sockets are read. Returns what calls it off.
 */
export function deadline(ms: number, over: (code: 'ETIMEDOUT' | typeof TOO_LATE) => void): () => void {
  const began = elapsedMs();
  const lateness = measureLateness();
  let timer: NodeJS.Timeout;
  let turn: NodeJS.Immediate | undefined;
  let again = AGAIN;
  const stop = () => {
    clearTimeout(timer);
    clearImmediate(turn);
    lateness.end();
  };
  const arm = (left: number) => {
    timer = setTimeout(() => {
      turn = setImmediate(look);
    }, left);
  };
  const look = () => {
    const left = ms - (elapsedMs() - began - lateness.lateMs());
    if (left > 1 && again > 0) {
      again -= 1;
      return arm(left);
    }
    stop();
    over(left > ms * GRAIN ? TOO_LATE : 'ETIMEDOUT');
  };
  arm(ms);
  return stop;
}
