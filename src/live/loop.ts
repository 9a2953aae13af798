/** The loop: judge what is known, fetch what undecided checks want, judge again, until nothing is new or the budget ends. */

import { elapsedMs } from '../host/stopwatch.js';
import type { Judgement, Steps } from '../judge/judge.js';
import type { Want } from '../model/check.js';
import type { AnyFact } from '../model/facts.js';
import type { Judging } from './judging.js';
import type { FactStore } from './store.js';

/** Answers that come in one after the other within this time are judged together: two servers that answer each after 20 ms, too. */
const TOGETHER_MS = 25;
/** But none waits longer than this: it may be what decides what is asked next. */
const LONGEST_MS = 60;

/** Of a judgement in one piece: answers are heard in between. The first compiles every check, and is as long as four answers. */
const SLICE_MS = 2;

/** Where facts come from, live. Every question it starts is counted in its store. */
export interface Source {
  store: FactStore;
  /** Starts the questions that are always asked; resolves once there is something to wait for. */
  start(): Promise<void>;
  /** Fetches a wanted fact; does nothing when it is not ours to ask from here. */
  fetch(want: Want): void;
  /** Closes connections; nothing may keep the process alive afterwards. */
  close(): Promise<void>;
}

export interface RunResult {
  judgements: Judgement[];
  facts: AnyFact[];
  /** The budget ended with questions open. */
  outOfTime: boolean;
}

/** Runs a source against checks within `budgetMs`. These are loaded while the first questions are under way. */
export async function runChecks(source: Source, load: () => Promise<Judging>, budgetMs: number): Promise<RunResult> {
  let outOfTime = false;
  let alarm: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    // Not before what has come in by then is read: timers run first.
    alarm = setTimeout(() => {
      setImmediate(() => {
        outOfTime = true;
        resolve();
      });
    }, budgetMs);
  });
  const fetched = new Set<string>();
  // A judgement takes as long as a few answers, and while it is made none is read.
  const untilQuiet = async () => {
    const began = elapsedMs();
    for (let more = true; more && elapsedMs() - began < LONGEST_MS; ) {
      // What was read in this turn of the loop first.
      await new Promise((resolve) => setImmediate(resolve));
      if (outOfTime || source.store.idle()) return;
      let quiet: NodeJS.Timeout | undefined;
      const silence = new Promise<false>((resolve) => {
        quiet = setTimeout(resolve, TOGETHER_MS, false);
      });
      more = await Promise.race([source.store.changed().then(() => true), silence]);
      clearTimeout(quiet);
    }
  };
  // Once the time is over, nothing is heard any more.
  const inSlices = async (steps: Steps): Promise<Judgement[]> => {
    for (let began = elapsedMs(); ; ) {
      const { done, value } = steps.next();
      if (done) return value;
      if (outOfTime || elapsedMs() - began < SLICE_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      began = elapsedMs();
    }
  };
  try {
    await Promise.race([source.start(), over]);
    const { judge, wantsOf } = await load();
    for (;;) {
      await untilQuiet();
      const revision = source.store.revision();
      const judgements = await inSlices(judge(source.store.snapshot()));
      for (const want of wantsOf(judgements)) {
        const key = `${want.need} ${want.subject ?? ''}`;
        if (fetched.has(key)) continue;
        fetched.add(key);
        source.fetch(want);
      }
      if (outOfTime) break;
      if (source.store.revision() !== revision) continue;
      if (source.store.idle()) break;
      await Promise.race([source.store.changed(), over]);
    }
    source.store.close();
    const facts = source.store.snapshot();
    return { judgements: await inSlices(judge(facts)), facts, outOfTime };
  } finally {
    clearTimeout(alarm);
    await source.close();
  }
}
