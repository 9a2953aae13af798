/** What is being asked now, on stderr of a terminal; nothing anywhere else. ora is loaded only when it shows. */
import type { WriteStream } from 'node:tty';
import type { Inquiry } from '../live/store.js';
import { neutralise, oneLine } from '../report/plain-text.js';
import { columnsOf, DEFAULT_COLUMNS, type Io } from './io.js';

export interface Progress {
  stop(): void;
}

const QUIET: Progress = { stop() {} };
/** What we are doing while a fact of a kind is open; of other kinds the name will do. */
const DOING: Record<string, string> = {
  dns: 'resolving',
  tcp: 'connecting to',
  tunnel: 'asking the proxy for',
  tls: 'TLS with',
  http: 'asking',
  'second-sight': 'asking elsewhere about',
};

/** Polls `waiting` (open inquiries older than the given ms) until stopped. */
export async function showProgress(
  io: Io,
  waiting: (ms: number) => Inquiry[],
  stream: WriteStream = process.stderr as WriteStream,
): Promise<Progress> {
  // A terminal made without a size (ssh -tt from a job, script, expect, kubectl exec -t before its first resize) says it has 0 columns.
  if (!io.errIsTty || columnsOf(stream) === undefined) return QUIET;
  const { default: ora } = await import('ora');
  // ora clears as many lines as its text takes up, text / columns: with 0 of them for ever. Node tells of a new size before ora sees it.
  const keepSize = () => {
    stream.columns = columnsOf(stream) ?? DEFAULT_COLUMNS;
  };
  stream.prependListener('resize', keepSize);
  keepSize();
  const text = 'asking kubelet and apiserver';
  const spinner = ora({ text, stream, discardStdin: false, hideCursor: false, color: io.colour ? 'cyan' : false }).start();
  const timer = setInterval(() => {
    const late = waiting(3000)[0];
    const now = late ?? waiting(0)[0];
    if (now) spinner.text = oneLine(neutralise(late ? `still waiting for ${describeInquiry(late)}` : describeInquiry(now)));
  }, 100);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      spinner.stop();
      stream.off('resize', keepSize);
    },
  };
}

/** `connecting to the kubelet 10.0.0.7:10250`. */
function describeInquiry({ target, kind, subject }: Inquiry): string {
  const whom = target === 'self' ? 'this machine' : `the ${target}`;
  return `${DOING[kind] ?? `${kind} of`} ${whom} ${subject}`.trim();
}
