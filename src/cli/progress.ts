/** What is being asked now, on stderr of a terminal; nothing anywhere else. ora is loaded only when it shows. */
import type { WriteStream } from 'node:tty';
import type { Inquiry } from '../live/store.js';
import { oneLine } from '../report/plain-text.js';
import { neutralise } from '../words/visible.js';
import { asciiOnly } from './ascii.js';
import { columnsOf, DEFAULT_COLUMNS, type Io } from './io.js';

export interface Progress {
  stop(): void;
}

const QUIET: Progress = { stop() {} };
const START = 'checking the kubelet and the apiserver';
/** What it does while a fact of a kind is open, before the subject. */
const DOING: Readonly<Record<string, string>> = {
  dns: 'resolving',
  proxy: 'choosing the proxy for',
  tcp: 'connecting to',
  tunnel: 'asking the proxy for',
  tls: 'TLS handshake with',
  http: 'reading',
  proxied: 'reading through the apiserver',
  clock: 'comparing clocks',
  identity: 'asking who we are',
  version: 'reading its version',
  readiness: 'reading /readyz',
  access: 'checking permission to',
  account: 'reading the account',
  node: 'reading node',
  named: 'looking for',
  lease: 'reading the heartbeat of',
  nodes: 'listing nodes',
  workloads: 'listing DaemonSets',
  'agent-pods': 'listing pods of the agent',
  'egress-policies': 'listing NetworkPolicies',
  endpoints: 'listing its endpoints',
  'refused-creates': 'reading events',
  'pod-events': 'reading events of',
  'rbac-objects': 'listing roles and bindings',
  'own-rules': 'listing own permissions',
  'kubelet-versions': 'listing kubelet versions',
  'token-review': 'reviewing the token',
  'serving-requests': 'listing certificate requests',
  'client-requests': 'listing certificate requests',
  'second-sight': 'asking the apiserver for',
  place: 'finding out where this runs',
  mounts: 'reading mounts',
  'running-agents': 'looking for agents',
  'kubelet-process': 'looking for the kubelet',
  'kubelet-config': "reading the kubelet's configuration",
  'kubelet-proxy': "reading the kubelet's proxy",
  'cluster-agent': 'asking the Cluster Agent',
  'time-sync': 'reading the state of the clock',
  said: 'reading logs',
  'runtime-socket': 'connecting to the container runtime',
  credential: 'reading the token',
  authority: 'reading the CA',
};
const WHERE: Readonly<Record<Inquiry['target'], string>> = { kubelet: 'kubelet', apiserver: 'apiserver', self: 'this machine' };

/** Polls `waiting` (open inquiries older than the given ms) until stopped; `lead` is said before what is asked. */
export async function showProgress(
  io: Io,
  waiting: (ms: number) => Inquiry[],
  { stream = process.stderr as WriteStream, lead = () => '' }: { stream?: WriteStream; lead?: () => string } = {},
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
  const words = (what: string) => {
    const text = oneLine(neutralise([lead(), what].filter(Boolean).join(': ')));
    return io.ascii ? asciiOnly(text) : text;
  };
  const look = { color: io.colour ? ('cyan' as const) : (false as const), ...(io.ascii && { spinner: 'line' as const }) };
  const spinner = ora({ text: words(lead() ? '' : START), stream, discardStdin: false, hideCursor: false, ...look }).start();
  const timer = setInterval(() => {
    const late = waiting(3000)[0];
    const now = late ?? waiting(0)[0];
    if (now) spinner.text = words(late ? `still waiting: ${describeInquiry(late)}` : describeInquiry(now));
    else if (lead()) spinner.text = words('');
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

/** `kubelet: connecting to 10.0.0.7:10250`, `kubelet: reading /healthz`. */
export function describeInquiry({ target, kind, subject }: Inquiry): string {
  // Of a request the path is enough: `token GET /pods`, `GET /healthz`.
  const what = kind === 'http' || kind === 'proxied' ? subject.replace(/^(?:\S+ )?(?:GET|HEAD|POST) /, '') : subject;
  return `${WHERE[target]}: ${DOING[kind] ?? `reading ${kind.replaceAll('-', ' ')}`} ${what}`.trim();
}
