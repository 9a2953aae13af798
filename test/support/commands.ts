/** What is printed to be pasted: where it stands in a report and in the docs of causes, and which programs are in it. */
import { CHECKS } from '../../src/checks/index.js';
import { flatten } from '../../src/judge/rank.js';
import type { Report } from '../../src/model/report.js';

/** Of a shell and its tools everywhere: they are run as they are. */
export const TOOLS = [
  'tr',
  'sed',
  'grep',
  'head',
  'mktemp',
  'id',
  'cut',
  'sort',
  'awk',
  'true',
  'false',
  'base64',
  'seq',
  'uname',
  'wc',
  'xargs',
];

/**
 * Every other program that is printed, and where its words are documented. `pasted.test.ts` has a stub of each and of nothing else: a program that is
 * new is one that its shell does not find.
 */
export const PROGRAMS: Readonly<Record<string, string>> = {
  kubectl: 'test/cluster/acceptance-pasted.test.ts',
  curl: 'test/scenarios/pasted-run.test.ts',
  openssl: 'test/scenarios/pasted-run.test.ts',
  'kubelet-doctor': 'test/scenarios/pasted.test.ts',
  agent: 'docs.datadoghq.com/containers/troubleshooting',
  'datadog-agent': 'docs.datadoghq.com/agent/configuration/agent-commands',
  aws: 'docs.aws.amazon.com/cli, aws sso login',
  az: 'learn.microsoft.com/cli/azure, az login',
  cat: 'POSIX',
  chmod: 'POSIX',
  chown: 'POSIX',
  chronyc: 'chronyc(1)',
  chroot: 'chroot(1) of coreutils',
  'cilium-dbg': 'docs.cilium.io/en/stable/cmdref',
  crictl: 'kubernetes.io/docs/tasks/debug/debug-cluster/crictl',
  date: 'POSIX',
  env: 'POSIX',
  gcloud: 'cloud.google.com/sdk/gcloud, gcloud auth login',
  getent: 'getent(1) of glibc',
  helm: 'helm.sh/docs/helm',
  install: 'install(1) of coreutils',
  ip: 'ip(8) of iproute2',
  'iptables-save': 'iptables-save(8)',
  journalctl: 'journalctl(1)',
  jq: 'jqlang.org/manual',
  kubeadm: 'kubernetes.io/docs/reference/setup-tools/kubeadm',
  ls: 'POSIX',
  namei: 'namei(1) of util-linux',
  nc: 'nc(1) of OpenBSD',
  nft: 'nft(8)',
  nsenter: 'nsenter(1) of util-linux',
  oc: 'docs.openshift.com, oc adm policy',
  pgrep: 'pgrep(1) of procps',
  ping: 'ping(8) of iputils',
  printenv: 'printenv(1) of coreutils',
  ps: 'ps(1) of procps',
  readlink: 'readlink(1) of coreutils',
  ss: 'ss(8) of iproute2',
  systemctl: 'systemctl(1)',
  tcpdump: 'tcpdump(1)',
  timedatectl: 'timedatectl(1)',
  tracepath: 'tracepath(8) of iputils',
};

/** Of a report: steps that are commands, what prints them, what shows that they worked, and every question for someone else. */
export function printedIn(report: Report): string[] {
  const findings = flatten(report.findings);
  return [
    ...findings.flatMap(({ fixes }) =>
      fixes.flatMap(({ steps, source, form, verify }) => [form === 'shell' ? steps : undefined, source, verify]),
    ),
    ...findings.flatMap(({ decide }) => decide),
    ...findings.flatMap(({ evidence }) => evidence.map(({ reproduce }) => reproduce)),
    ...report.evidence.map(({ reproduce }) => reproduce),
    ...report.results.flatMap(({ elsewhere }) => elsewhere ?? []),
  ].filter((command) => command !== undefined);
}

/** Spans of code that begin like a command, and are none: what a program says, or a part of a file. */
const NO_COMMANDS = /^(?:hostPath type check|error retrieving|remote error|conf\.d\/|unable to|kube-api-access|Unauthorized)/;

/** Of what `explain` says of a cause: blocks, and spans of code in a line that are a program and its words. */
export function commandsIn(text: string): string[] {
  const lines = text.split('\n');
  const blocks: string[] = [];
  let block: string[] = [];
  for (const line of [...lines, '']) {
    if (line.startsWith('    ')) block.push(line.slice(4));
    else if (block.length > 0) {
      blocks.push(block.join('\n'));
      block = [];
    }
  }
  const spans = lines
    .filter((line) => !line.startsWith('    '))
    .flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span));
  const isCommand = (span: string) =>
    /^[a-z][a-z0-9-]*(?: |$)/.test(span) && (span.includes(' ') ? !NO_COMMANDS.test(span) : false) && !/^\w+: /.test(span);
  return [...blocks.filter((each) => !/^\s*(?:- )?[\w./-]+:(?: |$)/.test(each)), ...spans.filter(isCommand)];
}

/** By cause and field. */
export function commandsOfDocs(): { cause: string; field: string; command: string }[] {
  return CHECKS.flatMap(({ causes }) =>
    Object.entries(causes).flatMap(([cause, { confirm, fix, avoid = '' }]) =>
      Object.entries({ confirm, fix, avoid }).flatMap(([field, text]) => commandsIn(text).map((command) => ({ cause, field, command }))),
    ),
  );
}
