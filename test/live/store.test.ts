import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pass } from '../../src/checks/shared/problem.js';
import { took } from '../../src/checks/shared/read.js';
import { TOO_LATE } from '../../src/host/deadline.js';
import { judging } from '../../src/live/judging.js';
import { runChecks } from '../../src/live/loop.js';
import { createFactStore, PENDING_AFTER_MS } from '../../src/live/store.js';
import { defineCheck } from '../../src/model/check.js';
import { stopwatch } from '../support/stopwatch.js';

const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const QUESTION = { target: 'apiserver', kind: 'version', subject: '' } as const;
const VERSION = { gitVersion: 'v1.36.2', major: 1, minor: 36 };

describe('the fact store', () => {
  it('asks the same question once', async () => {
    const store = createFactStore(Date.now);
    let asked = 0;
    const work = async () => {
      asked += 1;
      return { status: 'observed', data: VERSION } as const;
    };
    await Promise.all([store.observe(QUESTION, work), store.observe(QUESTION, work)]);
    assert.equal(asked, 1);
    assert.equal(store.snapshot().length, 1);
  });

  it('shows a question as pending after half a second, then its answer', async () => {
    const store = createFactStore(Date.now);
    const answered = store.observe(QUESTION, async () => {
      await after(PENDING_AFTER_MS + 150);
      return { status: 'observed', data: VERSION };
    });
    assert.deepEqual(store.snapshot(), []);
    await store.changed();
    assert.equal(store.snapshot()[0]?.outcome.status, 'pending');
    assert.equal(store.waiting(PENDING_AFTER_MS).length, 1);
    await answered;
    assert.equal(store.snapshot()[0]?.outcome.status, 'observed');
    assert.ok(store.idle());
  });

  it('keeps what came in so far where the time ends first, and not where the work ends', async () => {
    const store = createFactStore(Date.now);
    const part = { ...VERSION, minor: 1 };
    const never = store.observe(QUESTION, (soFar) => {
      soFar({ status: 'observed', data: part });
      return new Promise(() => {});
    });
    await store.observe({ ...QUESTION, subject: 'whole' }, async (soFar) => {
      soFar({ status: 'observed', data: part });
      return { status: 'observed', data: VERSION };
    });
    const seen = () => store.snapshot().map(({ outcome }) => outcome.status === 'observed' && outcome.data);
    assert.deepEqual(seen(), [VERSION], 'under way, it is no answer yet');
    store.close();
    assert.deepEqual(seen(), [part, VERSION]);
    void never;
  });

  it('keeps a crash as a fact', async () => {
    const store = createFactStore(Date.now);
    await store.observe(QUESTION, () => Promise.reject(new Error('boom')));
    assert.deepEqual(store.snapshot()[0]?.outcome, { status: 'absent', why: 'probe-crashed', detail: 'Error: boom' });
  });

  it('turns what is under way into `budget` when closed, and drops what comes later', async () => {
    const store = createFactStore(Date.now);
    const late = store.observe(QUESTION, async () => {
      await after(20);
      return { status: 'observed', data: VERSION };
    });
    store.close();
    await late;
    assert.deepEqual(store.snapshot()[0]?.outcome, { status: 'absent', why: 'budget' });
  });
});

const needsVersion = defineCheck({
  question: 'version-known',
  asks: 'Is the version known?',
  target: 'apiserver',
  layer: 'payload',
  required: true,
  needs: ['apiserver/version'],
  words: { unknown: 'no version' },
  causes: {},
  judge: (view, say) =>
    view.one('apiserver/version').outcome.status === 'observed'
      ? pass(view.one('apiserver/version'))
      : { kind: 'cannot-tell', why: say('unknown'), wants: [{ need: 'apiserver/version' }] },
});

describe('the loop', () => {
  it('fetches what an undecided check wants, once, and judges again', async () => {
    const store = createFactStore(Date.now);
    let fetched = 0;
    const result = await runChecks(
      {
        store,
        async start() {},
        fetch() {
          fetched += 1;
          store.during(store.observe(QUESTION, async () => ({ status: 'observed', data: VERSION })));
        },
        close: async () => {},
      },
      async () => judging([needsVersion]),
      1000,
    );
    assert.equal(fetched, 1);
    assert.equal(result.judgements[0]?.verdict.kind, 'pass');
  });

  it('hears what comes in while it judges', async () => {
    const store = createFactStore(Date.now);
    const order: string[] = [];
    const slow = Array.from({ length: 10 }, (_, at) =>
      defineCheck({
        ...needsVersion,
        question: `slow-${at}`,
        judge(view, say) {
          if (at === 0) setImmediate(() => order.push('heard'));
          for (const lived = stopwatch(); lived() < 5; );
          order.push(`slow-${at}`);
          return needsVersion.judge(view, say);
        },
      }),
    );
    await runChecks({ store, async start() {}, fetch() {}, close: async () => {} }, async () => judging(slow), 1000);
    assert.deepEqual(order.slice(0, 2), ['slow-0', 'heard']);
    assert.equal(order.length, 11);
  });

  it('ends with its budget, closes its source and says so', async () => {
    const store = createFactStore(Date.now);
    let closed = false;
    const lived = stopwatch();
    const result = await runChecks(
      {
        store,
        start: async () => store.during(store.observe(QUESTION, () => new Promise(() => {}))),
        fetch() {},
        close: async () => {
          closed = true;
        },
      },
      async () => judging([needsVersion]),
      80,
    );
    assert.ok(lived() < 400);
    assert.ok(closed && result.outOfTime);
    assert.equal(result.judgements[0]?.verdict.kind, 'cannot-tell');
  });
});

describe('what we were late for', () => {
  const at = (clock: { now: number; late: number }) =>
    createFactStore(
      () => clock.now,
      () => clock.late,
    );

  it('is no look at the server where it ended a wait', async () => {
    const clock = { now: 0, late: 0 };
    const store = at(clock);
    await store.observe(QUESTION, async () => {
      Object.assign(clock, { now: 9000, late: 6000 });
      return { status: 'failed', code: TOO_LATE, detail: 'no answer' };
    });
    assert.deepEqual(store.snapshot()[0]?.outcome, { status: 'absent', why: 'busy', detail: '6000 ms late' });
  });

  it('is told from the end of the time', () => {
    for (const [late, why] of [
      [0, 'budget'],
      [200, 'budget'],
      [2000, 'busy'],
    ] as const) {
      const clock = { now: 0, late: 0 };
      const store = at(clock);
      void store.observe(QUESTION, () => new Promise(() => {}));
      Object.assign(clock, { now: 4000, late });
      store.close();
      const [fact] = store.snapshot();
      assert.equal(fact?.outcome.status === 'absent' && fact.outcome.why, why, `${late} ms late`);
    }
  });

  it('is not the time that a server took', async () => {
    const clock = { now: 0, late: 0 };
    const store = at(clock);
    const outcome = await store.observe(QUESTION, async () => {
      Object.assign(clock, { now: 3000, late: 2500 });
      return { status: 'observed', data: VERSION };
    });
    assert.deepEqual(outcome, { status: 'observed', data: VERSION, ms: 3000, lateMs: 2500 });
    assert.equal(took(outcome), 500);
  });
});
