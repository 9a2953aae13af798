/**
 * Checks say what is to be done on a node of kubeadm. Whose node it really is, is known in one place, and here all of it is said as it is done there:
 * by the service that has the kubelet in it, in the file or object that its user can change; and what that user cannot do at all is not advised.
 */
import { FLAGS } from '../kubernetes/kubelet/kubelet-flags.js';
import { type Entry, PLATFORM, type Platform, type PlatformName, platformOf, platformOfNode } from '../kubernetes/kubelet/platforms.js';
import type { Evidence, Fix, Message, Problem, Verdict, Want } from '../model/check.js';
import type { AnyFact, KubeletKey, KubeletProcess, NodeObject, ServerVersion } from '../model/facts.js';
import { sayPlatform } from '../words/platform.js';
import { fill } from '../words/say.js';

/** Whose node it is, and the fact that says so. */
export interface Known {
  name: PlatformName;
  by: Pick<Evidence, 'need' | 'subject' | 'reproduce'>;
}

const TELLS: readonly [
  need: 'apiserver/node' | 'self/kubelet-process' | 'apiserver/version',
  (data: unknown) => PlatformName | undefined,
][] = [
  ['apiserver/node', (data) => platformOfNode(data as NodeObject)],
  ['self/kubelet-process', (data) => ofProgram((data as KubeletProcess).program ?? '')],
  ['apiserver/version', (data) => platformOf({ version: (data as ServerVersion).gitVersion })],
];

/** What says whose node it is. */
export const TELLS_PLATFORM = TELLS.map(([need]) => need);

/** Of the node that is asked about: by its object, by the kubelet that runs here, or by the version of its apiserver. */
export function platformIn(facts: (need: (typeof TELLS)[number][0]) => readonly AnyFact[]): Known | undefined {
  for (const [need, tell] of TELLS) {
    const fact = facts(need).find(({ outcome }) => outcome.status === 'observed');
    const name = fact?.outcome.status === 'observed' ? tell(fact.outcome.data) : undefined;
    if (fact && name) return { name, by: { need, subject: fact.subject, ...(fact.reproduce && { reproduce: fact.reproduce }) } };
  }
  return undefined;
}

function ofProgram(program: string): PlatformName | undefined {
  if (/^k3s(-server|-agent)?$/.test(program)) return 'k3s';
  return program === 'kubelite' ? 'microk8s' : undefined;
}

/** The same verdict, as it is said there; where anything of it is another then, with whose node it is and where that is from. */
export function onPlatform<V extends Verdict>(verdict: V, { name, by }: Known): V {
  if (verdict.kind === 'cannot-tell') return { ...verdict, wants: verdict.wants.map((want) => wantOn(want, PLATFORM[name])) };
  if (verdict.kind !== 'problem') return verdict;
  const { fixes, wants, evidence }: Problem = verdict;
  const fitted = fixesOn(fixes, name);
  const isAnother = JSON.stringify(fitted) !== JSON.stringify(fixes);
  return {
    ...verdict,
    fixes: fitted,
    evidence: [
      ...evidence.map((each) => (each.reproduce === undefined ? each : { ...each, reproduce: renamed(each.reproduce, PLATFORM[name]) })),
      ...(isAnother ? [{ ...by, saw: messageOn('documented', name) }] : []),
    ],
    ...(wants && { wants: wants.map((want) => wantOn(want, PLATFORM[name])) }),
  };
}

/** Fixes alone, as they are said there. */
export function fixesOn(fixes: readonly Fix[], name: PlatformName): Fix[] {
  const fitted = fixes.flatMap((fix) => fitTo(fix, name));
  return fitted.filter(({ action }, at) => fitted.findIndex((other) => other.action.en === action.en) === at);
}

function fitTo(fix: Fix, name: PlatformName): Fix[] {
  const platform = PLATFORM[name];
  const { steps = '', form, owner, action } = fix;
  if (form === 'kubelet-config' || /\bserverTLSBootstrap\b/.test(action.en)) {
    const lines = form === 'kubelet-config' ? steps.split('\n').filter((line) => !line.startsWith('#')) : ['serverTLSBootstrap: true'];
    const entries = entriesOf(lines);
    const written = platform.write?.(entries, lines);
    const { form: _, ...byHand } = fix;
    if (written) return [{ ...byHand, steps: written.join('\n') }];
    return (entries.some(([key]) => key === 'serverTLSBootstrap') && reissued(fix, name)) || noWay(fix, name);
  }
  if (platform.noProxyPods && /\bdelete pods? /.test(steps) && steps.includes('kube-proxy')) return [];
  const verify = fix.verify && { verify: renamed(fix.verify, platform) };
  if (/^kubeadm\b/m.test(steps)) return withoutKubeadm(fix, name);
  if (owner === 'cluster' && /^crictl\b/m.test(steps)) return onControlPlane(fix, name);
  if (owner !== 'node' || !isForNode(steps)) return [{ ...fix, ...verify }];
  const lines = platform.command && linesOn(steps, platform);
  return lines === undefined ? noWay(fix, name) : [{ ...fix, steps: lines, ...verify }];
}

type Key = keyof typeof sayPlatform.table;

/** What is advised in its place, and where that is from. */
export function messageOn(key: Key, platform: PlatformName): Message {
  const args: Message['args'] = key === 'documented' ? { platform, source: PLATFORM[platform].source ?? '' } : { platform };
  return { id: `platform.${key}`, args, en: fill(sayPlatform.table[key], args) };
}

/** A look that cannot be had there is left out. */
function instead({ owner, changes }: Fix, key: Key, platform: PlatformName, more: Partial<Fix> = {}): Fix[] {
  if (changes === 'nothing') return [];
  return [{ owner, changes: key === 'plane' ? 'nothing' : 'restart', action: messageOn(key, platform), ...more, verify: 'kubelet-doctor' }];
}

/** What is left where the fix cannot be written for it: the act alone, or another node in the place of one that is run by others. */
function noWay(fix: Fix, name: PlatformName): Fix[] {
  const { hidesControlPlane, command } = PLATFORM[name];
  if (hidesControlPlane && !command) return instead(fix, 'own', name);
  if (hidesControlPlane || name === 'Bottlerocket') return instead(fix, 'node', name);
  return withoutSteps(fix);
}

function withoutSteps({ steps: _, form: __, ...fix }: Fix): Fix[] {
  return fix.changes === 'nothing' ? [] : [fix];
}

/** A new kubeconfig of a node; or certificates of a control plane, which may be others'. */
function withoutKubeadm(fix: Fix, name: PlatformName): Fix[] {
  const { hidesControlPlane } = PLATFORM[name];
  const rotated = rotation(fix, name);
  if (rotated) return rotated;
  if (fix.owner !== 'node') return instead(fix, hidesControlPlane ? 'plane' : 'issue', name);
  return hidesControlPlane ? noWay(fix, name) : instead(fix, 'join', name);
}

/** A serving certificate of the cluster CA without serverTLSBootstrap. */
function reissued(fix: Fix, name: PlatformName): Fix[] | undefined {
  return name === 'AKS'
    ? instead({ ...fix, owner: 'cluster', changes: 'restart' }, 'image', name, { steps: NEW_IMAGE })
    : rotation(fix, name);
}

/** k3s and RKE2 issue their own certificates. */
function rotation(fix: Fix, name: PlatformName): Fix[] | undefined {
  if (name !== 'k3s' && name !== 'RKE2') return undefined;
  const { unit, agentUnit } = PLATFORM[name];
  const steps = [
    `systemctl stop ${unit}   # on an agent node: ${agentUnit}`,
    `${name.toLowerCase()} certificate rotate`,
    `systemctl start ${unit}`,
  ];
  return instead({ ...fix, changes: 'restart' }, 'rotate', name, { steps: steps.join('\n') });
}

/** Newer images have serving certificates of the cluster CA (node label kubernetes.azure.com/kubelet-serving-ca=cluster), by AKS' documentation. */
const NEW_IMAGE = 'az aks nodepool upgrade --resource-group GROUP --cluster-name CLUSTER --name POOL --node-image-only';

/** The apiserver's own log. */
function onControlPlane(fix: Fix, name: PlatformName): Fix[] {
  const { hidesControlPlane, unit } = PLATFORM[name];
  if (hidesControlPlane) return instead({ ...fix, changes: 'config' }, 'plane', name);
  if (name === 'k3s' || name === 'microk8s') return [{ ...fix, steps: `journalctl -u ${unit} -n 100 --no-pager` }];
  const lines = linesOn(fix.steps ?? '', PLATFORM[name]);
  return lines === undefined ? withoutSteps(fix) : [{ ...fix, steps: lines }];
}

/** Commands of a node's own shell; those of a client run anywhere, and lines of a file are none. */
const COMMAND =
  /^(cat|chmod|chown|chronyc|cp|crictl|curl|date|df|grep|install|ip|iptables-save|journalctl|kubeadm|ls|mkdir|mv|namei|nft|openssl|pgrep|ps|ss|systemctl|timedatectl|tracepath)\b/;

function isForNode(steps: string): boolean {
  return steps.split('\n').some((line) => COMMAND.test(line));
}

/** Without a heredoc line by line; nothing where nothing is left. */
function linesOn(steps: string, platform: Platform): string | undefined {
  const whole = renamed(steps, platform);
  if (/<</.test(steps)) return platform.isPlainShell ? whole : undefined;
  // What is not told by a path of this platform is left out: its file has no such name here.
  const lines = whole.split('\n').flatMap((line) => {
    if (KUBEADM_FILES.test(line.replaceAll(platform.paths?.certificate ?? '\n', ''))) return [];
    const said = COMMAND.test(line) ? platform.command?.(line) : line;
    return said === undefined ? [] : [said];
  });
  return lines.some((line) => !line.startsWith('#')) ? [...new Set(lines)].join('\n') : undefined;
}

const KUBEADM_FILES = /\/etc\/kubernetes\/(kubelet|bootstrap-kubelet)\.conf|\/var\/lib\/kubelet\/pki\/kubelet-client/;

/** kubeadm's names of the service and of the kubelet's credential in this platform's. */
function renamed(steps: string, { unit, agentUnit, paths }: Platform): string {
  const named = steps
    .replaceAll('/etc/kubernetes/kubelet.conf', paths?.kubeconfig ?? '/etc/kubernetes/kubelet.conf')
    .replaceAll('/var/lib/kubelet/pki/kubelet-client-current.pem', paths?.certificate ?? '/var/lib/kubelet/pki/kubelet-client-current.pem');
  if (!unit) return named;
  const of = (text: string) =>
    text
      .replace(/\b(systemctl [a-z-]{1,20}(?: --[a-z-]{1,20})?) kubelet\b(?!\.)/g, `$1 ${unit}`)
      .replace(/\bjournalctl -u kubelet\b/g, `journalctl -u ${unit}${agentUnit ? ` -u ${agentUnit}` : ''}`)
      .replaceAll('kubelet.service', `${unit}.service`);
  const lines = of(named).split('\n');
  const first = lines.findIndex((line) => line.startsWith('systemctl ') && line.split(' ')[2] === unit);
  return lines.map((line, at) => (at === first && agentUnit ? `${line}   # on an agent node: ${agentUnit}` : line)).join('\n');
}

function wantOn(want: Want, platform: Platform): Want {
  if (want.elsewhere === undefined || !/\b(systemctl|journalctl|crictl)\b/.test(want.elsewhere)) return want;
  const { elsewhere, ...rest } = want;
  const said = linesOn(elsewhere, platform);
  return said === undefined ? rest : { ...rest, elsewhere: said };
}

/** `a:` and, two columns in, `b: c`: the lines that `kubelet-fixes.ts` makes. */
function entriesOf(lines: readonly string[]): Entry[] {
  const above: string[] = [];
  return lines.flatMap((line): Entry[] => {
    const [, space = '', key = '', value = ''] = /^( *)([\w-]+):(?: (.*))?$/.exec(line) ?? [];
    above.length = space.length / 2;
    const whole = [...above, key].join('.');
    above.push(key);
    return value !== '' && Object.hasOwn(FLAGS, whole) ? [[whole as KubeletKey, value]] : [];
  });
}
