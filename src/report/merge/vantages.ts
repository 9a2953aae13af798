/** One node seen from two networks: what answers in the host's and not in the pod's is lost on the pod's path; what answers in neither is the node. */
import { podNetworkPath } from '../../checks/connection/pod-network-path.js';
import { sayFor } from '../../judge/judge.js';
import type { Evidence, Fix, Message } from '../../model/check.js';
import type { CauseMeta } from '../../model/report.js';
import { seenFrom } from './findings.js';
import type { Slim, View } from './view.js';

/** What looks the same for a path and for a server; a cause that says more (a policy that was read, a wrong address) stays as it is. */
const SILENT: readonly string[] = [
  'kubelet-connect-timeout',
  'kubelet-rejected-by-firewall',
  'kubelet-no-route',
  'kubelet-down',
  'kubelet-connection-refused',
  'node-address-dead',
  'apiserver-connect-timeout',
  'apiserver-connection-refused',
  'apiserver-no-route',
];
/** Further apart, what was mended in between looks like a path. */
const APART_MS = 15 * 60_000;

/** The views, with what they show together above what each showed alone; and the causes that this needs. */
export function acrossVantages(nodes: readonly (readonly View[])[]): { views: View[]; causes: Record<string, CauseMeta> } {
  const causes: Record<string, CauseMeta> = {};
  const views = nodes.flatMap((seen) => {
    const host = seen.find(({ vantage }) => vantage === 'host network');
    const pod = seen.find(({ vantage }) => vantage === 'pod network');
    if (!host || !pod) return [...seen];
    return seen.map((view) => (view === pod ? { ...pod, findings: pod.findings.map((each) => compare(each, pod, host)) } : view));
  });
  const note = ({ finding, consequences }: Slim): void => {
    const docs = podNetworkPath.causes[finding.cause];
    if (docs) causes[finding.cause] = { title: docs.title, question: podNetworkPath.question, means: docs.means, fix: docs.fix };
    consequences.forEach(note);
  };
  for (const { findings } of views) findings.forEach(note);
  return { views, causes };
}

function compare(given: Slim, pod: View, host: View): Slim {
  const { cause, target } = given.finding;
  if (!SILENT.includes(cause) || (target !== 'kubelet' && target !== 'apiserver')) return given;
  const say = sayFor(podNetworkPath) as (key: string, args: Record<string, string | number>) => Message;
  const server = `${target} ${pod[target]}`.trim();
  const args = { server, node: pod.node };
  const works = JSON.parse(host.working) as string[];
  const answers = (['tcp', 'tls', 'payload'] as const).some((layer) => works.includes(`${target}/${layer}`));
  const there = host.findings.find((each) => SILENT.includes(each.finding.cause) && each.finding.target === target);
  const apart = Math.abs(Date.parse(pod.startedAt) - Date.parse(host.startedAt));
  const far = !(apart <= APART_MS);
  const make = (id: string, title: Message, evidence: Evidence[], fixes: Fix[]): Slim => ({
    ...given,
    finding: {
      cause: id,
      question: podNetworkPath.question,
      target,
      layer: 'tcp',
      severity: given.finding.severity,
      // Another address in the host's network is another question.
      certainty: far || pod[target] !== host[target] ? 'suspected' : 'proven',
    },
    title: JSON.stringify(title),
    rest: JSON.stringify({
      ...(JSON.parse(given.rest) as object),
      alternatives: far || pod[target] !== host[target] ? [cause] : [],
      decide: [],
    }),
    // The other side first: it is what one report alone does not show.
    evidence: JSON.stringify([...evidence.map((each) => seenFrom(host, each)), ...(JSON.parse(given.evidence) as Evidence[])]),
    fixes: JSON.stringify(fixes),
    consequences: [given],
  });
  if (answers && !there) {
    const title = say('blocked', args);
    const when = far && apart ? say('apart', { minutes: Math.round(apart / 60_000) }).en : '';
    const saw = say('answered', { server: `${target} ${host[target]}`.trim() });
    const need = target === 'kubelet' ? ('kubelet/tcp' as const) : ('apiserver/tcp' as const);
    return make(
      'pod-network-path-blocked',
      { ...title, en: title.en + when },
      [{ need, subject: host[target], saw }],
      [
        { owner: 'network', changes: 'config', action: say('fixPath', args), verify: 'kubelet-doctor' },
        { owner: 'agent', changes: 'restart', action: say('fixHostNetwork', {}), verify: 'kubelet-doctor' },
      ],
    );
  }
  if (!there || target !== 'kubelet') return given;
  return make('kubelet-silent-everywhere', say('silent', args), JSON.parse(there.evidence) as Evidence[], [
    { owner: 'node', changes: 'nothing', action: say('fixNode', args), verify: 'kubelet-doctor' },
  ]);
}
