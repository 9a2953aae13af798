/** Terminals of odd sizes: none, one column, one that changes. The program ends, and writes no more than a screen or two. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { describe, it, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WriteStream } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { columnsOf, type Io } from '../../src/cli/io.js';
import { describeInquiry, showProgress } from '../../src/cli/progress.js';
import { main } from '../../src/main.js';
import { renderText } from '../../src/render/text/report.js';
import { tcpServer } from '../probes/loopback.js';
import { merged } from '../report/merged-samples.js';
import { SAMPLES } from '../report/samples.js';
import { recordingIo } from '../scenarios/run.js';

// A terminal is shown a spinner only where CI is no variable, not even an empty one, and TERM is not dumb: so in a job too.
const { CI: _, ...rest } = process.env;
const interactive = { ...rest, TERM: 'xterm' };
delete process.env.CI;
process.env.TERM = 'xterm';
const CHILD = fileURLToPath(new URL('../support/child.ts', import.meta.url));
const SIZES = [0, 1, 2, 7, 30, Number.NaN, -1, Number.POSITIVE_INFINITY, undefined];

/** What a tty.WriteStream is for a spinner. */
function terminal(columns: number | undefined) {
  const written: string[] = [];
  const bytes = () => written.join('').length;
  const write = (text: string) => {
    written.push(text);
    if (bytes() > 1_000_000) throw new Error('writes without an end');
    return true;
  };
  const stream = Object.assign(new EventEmitter(), {
    isTTY: true,
    columns,
    rows: 24,
    write,
    cursorTo: () => write('\u001b[G'),
    moveCursor: () => write('\u001b[A'),
    clearLine: () => write('\u001b[K'),
  });
  return {
    stream: stream as unknown as WriteStream,
    bytes,
    resize: (to: number) => Object.assign(stream, { columns: to }).emit('resize'),
  };
}

const LONG = { target: 'kubelet', kind: 'tls', subject: 'a-name-that-is-long.example:10250 '.repeat(5) } as const;
const waiting = () => [{ ...LONG, since: 0 } as never];

describe('progress', () => {
  for (const columns of SIZES) {
    it(`on a terminal of ${columns} columns ends`, async () => {
      const { stream, bytes } = terminal(columns);
      const progress = await showProgress({ ...recordingIo().io, errIsTty: true }, waiting, { stream });
      await sleep(350);
      progress.stop();
      if (!(Number(columns) > 0) || columns === Number.POSITIVE_INFINITY) assert.equal(bytes(), 0);
      assert.equal(stream.listenerCount('resize'), 0);
    });
  }

  it('outlives a terminal that loses its size', async () => {
    const { stream, resize } = terminal(80);
    const progress = await showProgress({ ...recordingIo().io, errIsTty: true }, waiting, { stream });
    for (const columns of [40, 0, 1, Number.NaN, 0, 100, 0]) {
      resize(columns);
      await sleep(120);
    }
    progress.stop();
  });

  it('says in plain words what is open, the attempt first', async () => {
    const shown = async (io: Partial<Io>, waits: typeof waiting, lead?: () => string) => {
      const { stream } = terminal(200);
      const written: string[] = [];
      stream.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
      const progress = await showProgress({ ...recordingIo().io, errIsTty: true, ...io }, waits, { stream, ...(lead && { lead }) });
      await sleep(350);
      progress.stop();
      return written.join('');
    };
    const reading = () => [{ target: 'kubelet', kind: 'http', subject: 'token GET /healthz' } as never];
    assert.match(await shown({}, reading, () => 'attempt 4, 22 s left'), /attempt 4, 22 s left: still waiting: kubelet: reading \/healthz/);
    assert.match(
      await shown(
        {},
        () => [],
        () => 'attempt 4, 22 s left',
      ),
      /attempt 4, 22 s left/,
    );
    assert.doesNotMatch(await shown({ ascii: true }, reading), /[^\0-\x7f]/);
    for (const [about, says] of [
      [{ target: 'kubelet', kind: 'tcp', subject: '10.0.0.7:10250' }, 'kubelet: connecting to 10.0.0.7:10250'],
      [{ target: 'apiserver', kind: 'access', subject: 'get nodes/pods' }, 'apiserver: checking permission to get nodes/pods'],
      [{ target: 'kubelet', kind: 'proxied', subject: 'GET /healthz' }, 'kubelet: reading through the apiserver /healthz'],
      [{ target: 'self', kind: 'mounts', subject: '' }, 'this machine: reading mounts'],
    ] as const)
      assert.equal(describeInquiry(about), says);
  });

  it('shows no colour where none is wanted, and no escape of a server', async () => {
    const { stream } = terminal(200);
    const shown: string[] = [];
    const write = stream.write.bind(stream);
    stream.write = (text: string | Uint8Array) => {
      shown.push(String(text));
      return write(text);
    };
    const hostile = () => [{ ...LONG, subject: 'x\u001b]0;title\u0007\n\u009b2J' } as never];
    const progress = await showProgress({ ...recordingIo().io, errIsTty: true }, hostile, { stream });
    await sleep(250);
    progress.stop();
    const text = shown.join('');
    assert.match(text, /kubelet: TLS handshake with x\\x1b\]0;title\\x07 \\x9b2J/);
    // Synchronised output is the one mode it sets; no m, which would be a colour.
    assert.doesNotMatch(text, /\u001b\[[\d;]*m|\u0007|\u009b|\u001b\]/);
  });
});

test('a size is a positive whole number or none', () => {
  assert.deepEqual(
    SIZES.map((columns) => columnsOf({ columns })),
    [undefined, 1, 2, 7, 30, undefined, undefined, undefined, undefined],
  );
});

describe('reports', () => {
  for (const columns of SIZES.map(Number)) {
    it(`${columns} columns wide end`, () => {
      for (const report of [...Object.values(SAMPLES), merged].map((sample) => (typeof sample === 'function' ? sample() : sample))) {
        for (const verbose of [false, true]) assert.ok(renderText(report, { width: columns, verbose, colour: true }).length < 200_000);
      }
    });

    it(`and the help, ${columns} columns wide`, async () => {
      for (const words of [['--help'], ['explain', 'kubelet-down'], ['list'], ['rbac', '--help']]) {
        const { io, text } = recordingIo({ width: columns });
        assert.equal(await main(words, { io, host: { env: {} } }), 0);
        assert.ok(text().stdout.length > 200 && text().stdout.length < 500_000, `${text().stdout.length}`);
      }
    });
  }
});

const hasScript = (() => {
  try {
    return (
      execFileSync('script', ['-qec', 'stty size', '/dev/null'], { stdio: ['ignore', 'pipe', 'ignore'] })
        .toString()
        .trim() === '0 0'
    );
  } catch {
    return false;
  }
})();

describe('the command on a terminal of the system', {
  skip: hasScript ? false : 'no script(1) here that makes a terminal without a size',
}, () => {
  const rows: Record<string, string> = {
    'without a size': '',
    'of one column': 'stty cols 1 rows 1; ',
    'that loses its size meanwhile': 'stty cols 80 rows 24; (sleep 1; stty cols 0 < /dev/tty) & ',
  };
  for (const [what, before] of Object.entries(rows)) {
    it(what, async (t) => {
      // Two silent servers: there is something to wait for, and to show.
      const port = await tcpServer(t);
      const host = JSON.stringify({ home: '/nonexistent', cwd: '/' });
      const args = `--kubelet-host 127.0.0.1 --kubelet-port ${port} --apiserver https://127.0.0.1:${port} --timeout 3s --connect-timeout 2s`;
      const command = `${before}'${process.execPath}' --import tsx '${CHILD}' '${host}' check ${args}`;
      const child = spawn('script', ['-qec', command, '/dev/null'], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...interactive, TERM: 'xterm' },
      });
      let bytes = 0;
      child.stdout.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > 2_000_000) child.kill('SIGKILL');
      });
      const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
      assert.deepEqual([signal, code], [null, 1], `${bytes} bytes were written`);
      assert.ok(bytes < 200_000, `${bytes} bytes were written`);
    });
  }

  /** What the variables ask for, of all that is written: the spinner's too. */
  const VARIABLES: [variables: Record<string, string>, isColoured: boolean, isAscii: boolean][] = [
    [{ LC_ALL: 'C.UTF-8' }, true, false],
    [{ LC_ALL: 'C.UTF-8', NO_COLOR: '1' }, false, false],
    [{ LC_ALL: 'C.UTF-8', FORCE_COLOR: '0' }, false, false],
    [{ LC_ALL: 'C' }, true, true],
  ];
  for (const [variables, isColoured, isAscii] of VARIABLES)
    it(`as ${JSON.stringify(variables)} asks`, async (t) => {
      const port = await tcpServer(t);
      const host = JSON.stringify({ home: '/nonexistent', cwd: '/' });
      const args = `--kubelet-host 127.0.0.1 --kubelet-port ${port} --apiserver https://127.0.0.1:${port} --timeout 3s --connect-timeout 2s`;
      const command = `stty cols 80 rows 24; '${process.execPath}' --import tsx '${CHILD}' '${host}' check ${args}`;
      const { NO_COLOR: _no, FORCE_COLOR: _force, ...plain }: NodeJS.ProcessEnv = interactive;
      const child = spawn('script', ['-qec', command, '/dev/null'], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...plain, ...variables },
      });
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      await once(child, 'close');
      assert.match(text, /TLS/);
      assert.equal(/\u001b\[[\d;]*m/.test(text), isColoured, 'a colour');
      assert.equal(!/[^\u0000-\u007f]/.test(text), isAscii, 'ASCII');
    });
});
