/**
 * Facts as they come in. An inquiry still unanswered after half a second is itself a fact (`pending`), so the next inquiry is asked
 * while the first one waits: a black hole costs one timeout, not two.
 */
import { TOO_LATE } from '../host/deadline.js';
import type { AnyFact, Fact, FactData, FactKind, Outcome, Target } from '../model/facts.js';

export const PENDING_AFTER_MS = 500;

/** What a fact will be about, before it is known. */
export interface Inquiry<K extends FactKind = FactKind> {
  kind: K;
  target: Target;
  subject: string;
  reproduce?: string;
}

type Work<K extends FactKind> = (soFar: (outcome: Outcome<FactData[K]>) => void) => Promise<Outcome<FactData[K]>>;

export interface FactStore {
  /**
   * Asks: runs `work`, keeps its outcome with its times. A thrown error becomes `absent: probe-crashed`. The same inquiry is asked once. `soFar`: what
   * is kept where the time ends before the work does, as the first pages of a list.
   */
  observe<K extends FactKind>(inquiry: Inquiry<K>, work: Work<K>): Promise<Outcome<FactData[K]>>;
  /** Keeps an outcome that needed no asking. */
  put<K extends FactKind>(inquiry: Inquiry<K>, outcome: Outcome<FactData[K]>): void;
  /** Counts work between two observations as under way, so that the run does not end there. */
  during(work: Promise<unknown>): void;
  /** All facts now; those under way for more than half a second as `pending`. */
  snapshot(): AnyFact[];
  /** Inquiries under way longer than `ms`, for the progress line. */
  waiting(ms: number): Inquiry[];
  idle(): boolean;
  /** Grows with every change; tells whether a snapshot is still the latest. */
  revision(): number;
  /** Resolves at the next change: an answer, an inquiry turning pending, or the end of work. */
  changed(): Promise<void>;
  /** The budget is over: what is under way becomes `absent: budget`, or what came in so far; later answers are dropped. */
  close(): void;
}

interface Entry {
  inquiry: Inquiry;
  startedMs: number;
  /** How late we had been by then. */
  lateMs: number;
  /** The same object in every snapshot: so it is seen to be no new one. */
  fact?: AnyFact;
  /** Kept where nothing more comes before the end. */
  soFar?: AnyFact;
}

/** Of a wait: more than this part of it lost, and that no answer was heard proves nothing. */
const MOST_LOST = 0.1;

const factOf = (inquiry: Inquiry, startedMs: number, outcome: Outcome<unknown>): AnyFact =>
  ({ ...inquiry, startedMs, outcome }) as Fact as AnyFact;

/** `now` in ms; times are kept relative to the store's creation. `lateMs`: how late we have been so far (host/deadline.ts). */
export function createFactStore(now: () => number, lateMs: () => number = () => 0): FactStore {
  const began = now();
  const entries = new Map<string, Entry>();
  const asked = new Map<string, Promise<Outcome<unknown>>>();
  let underWay = 0;
  let closed = false;
  let revision = 0;
  let wake: (() => void) | undefined;
  let next: Promise<void> | undefined;

  const keyOf = ({ target, kind, subject }: Inquiry) => `${target}/${kind} ${subject}`;
  const touch = () => {
    revision += 1;
    wake?.();
    wake = next = undefined;
  };
  const keep = (inquiry: Inquiry, startedMs: number, outcome: Outcome<unknown>) => {
    if (!closed) entries.set(keyOf(inquiry), { inquiry, startedMs, lateMs: 0, fact: factOf(inquiry, startedMs, outcome) });
    touch();
  };

  async function ask<K extends FactKind>(inquiry: Inquiry<K>, work: Work<K>): Promise<Outcome<FactData[K]>> {
    const startedMs = now() - began;
    const lateBefore = lateMs();
    const entry: Entry = { inquiry, startedMs, lateMs: lateBefore };
    entries.set(keyOf(inquiry), entry);
    const alarm = setTimeout(touch, PENDING_AFTER_MS + 1);
    alarm.unref();
    underWay += 1;
    try {
      const outcome = await work((part) => {
        entry.soFar = factOf(inquiry, startedMs, withTimes(part, now() - began - startedMs, lateMs() - lateBefore));
      });
      const timed = withTimes(outcome, now() - began - startedMs, lateMs() - lateBefore);
      keep(inquiry, startedMs, timed);
      return timed;
    } catch (error) {
      const crashed: Outcome<FactData[K]> = { status: 'absent', why: 'probe-crashed', detail: String(error) };
      keep(inquiry, startedMs, crashed);
      return crashed;
    } finally {
      clearTimeout(alarm);
      underWay -= 1;
      touch();
    }
  }

  return {
    observe(inquiry, work) {
      const key = keyOf(inquiry);
      const running = (asked.get(key) as ReturnType<typeof work> | undefined) ?? ask(inquiry, work);
      asked.set(key, running as Promise<Outcome<unknown>>);
      return running;
    },
    put: (inquiry, outcome) => keep(inquiry, now() - began, outcome),
    during(work) {
      underWay += 1;
      const done = () => {
        underWay -= 1;
        touch();
      };
      work.then(done, done);
    },
    snapshot: () =>
      [...entries.values()].flatMap((entry): AnyFact[] => {
        if (entry.fact) return [entry.fact];
        const waited = now() - began - entry.startedMs;
        if (closed && entry.soFar) return [entry.soFar];
        if (closed) return [factOf(entry.inquiry, entry.startedMs, cutShort(waited, lateMs() - entry.lateMs))];
        return waited >= PENDING_AFTER_MS ? [factOf(entry.inquiry, entry.startedMs, { status: 'pending', ms: waited })] : [];
      }),
    waiting: (ms) => [...entries.values()].filter((e) => !e.fact && now() - began - e.startedMs >= ms).map((e) => e.inquiry),
    idle: () => closed || underWay === 0,
    revision: () => revision,
    changed() {
      next ??= new Promise((resolve) => {
        wake = resolve;
      });
      return next;
    },
    close() {
      closed = true;
      touch();
    },
  };
}

/** Less than this is the grain of every machine. */
const WORTH_SAYING_MS = 100;

/** A wait that ended too late to tell whether an answer came was no look at the server. */
function withTimes<T>(outcome: Outcome<T>, tookMs: number, lateMs: number): Outcome<T> {
  if (outcome.status === 'absent' || outcome.status === 'pending') return outcome;
  if (outcome.status === 'failed' && outcome.code === TOO_LATE) return tooBusy(lateMs);
  const ms = outcome.ms ?? tookMs;
  return { ...outcome, ms, ...(lateMs >= WORTH_SAYING_MS && { lateMs: Math.min(Math.round(lateMs), ms) }) };
}

/** The time was over: the run's, or one that we did not have. */
function cutShort(waitedMs: number, lateMs: number): Outcome<never> {
  return lateMs > waitedMs * MOST_LOST ? tooBusy(lateMs) : { status: 'absent', why: 'budget' };
}

const tooBusy = (lateMs: number): Outcome<never> => ({ status: 'absent', why: 'busy', detail: `${Math.round(lateMs)} ms late` });
