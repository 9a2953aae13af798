/** What is being asked now, on stderr of a terminal; nothing anywhere else. ora is loaded only when it shows. */
import type { Inquiry } from '../live/store.js';
import type { Io } from './io.js';

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
export async function showProgress(io: Io, waiting: (ms: number) => Inquiry[]): Promise<Progress> {
  if (!io.errIsTty) return QUIET;
  const { default: ora } = await import('ora');
  const spinner = ora({ text: 'asking kubelet and apiserver', stream: process.stderr, discardStdin: false, hideCursor: false }).start();
  const timer = setInterval(() => {
    const late = waiting(3000)[0];
    const now = late ?? waiting(0)[0];
    if (now) spinner.text = late ? `still waiting for ${describeInquiry(late)}` : describeInquiry(now);
  }, 100);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      spinner.stop();
    },
  };
}

/** `connecting to the kubelet 10.0.0.7:10250`. */
export function describeInquiry({ target, kind, subject }: Inquiry): string {
  const whom = target === 'self' ? 'this machine' : `the ${target}`;
  return `${DOING[kind] ?? `${kind} of`} ${whom} ${subject}`.trim();
}
