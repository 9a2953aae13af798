/** What a record says: its fragments in their order, against who speaks, about whom, and who is refused. */

import type { Fragment, Means, Seen } from './fragments/fragment.js';
import { ERRORS, TELLING, WRAPPING } from './fragments/index.js';
import type { Meaning, Server } from './reading.js';
import type { Refused } from './refused.js';
import { isAllNotReady, schedulingIn } from './scheduler.js';
import { isAgentName } from './speakers.js';

export interface Judged {
  verdict: Meaning;
  fragment?: Fragment;
}

type Causes = { causes: readonly string[]; proven?: true; says?: string; decide?: string; fix?: string };

export function judgeText(seen: Seen): Judged | undefined {
  const found =
    ofCheck(seen) ??
    byFirst(seen) ??
    byScheduler(seen) ??
    byOtherServer(seen) ??
    byRefusal(seen) ??
    byRows(TELLING, seen) ??
    byRows(ERRORS, seen);
  const another = ofAnothersPod(seen, found);
  return another ?? found ?? byRows(WRAPPING, seen);
}

/** Sentences that say more than the user of a refusal in them. */
function byFirst(seen: Seen): Judged | undefined {
  return byRows(
    TELLING.filter(({ first, anywhere }) => first ?? anywhere),
    seen,
  );
}

function byRows(rows: readonly Fragment[], seen: Seen): Judged | undefined {
  for (const fragment of rows) {
    if (fragment.when && !fragment.when(seen)) continue;
    const rests = fragment.text.exec(seen.body)?.[0];
    if (rests === undefined) continue;
    const verdict = meaningOf(fragment.means, seen, rests);
    if (verdict) return { verdict, fragment };
  }
  return undefined;
}

function meaningOf(means: Means, seen: Seen, rests: string): Meaning | undefined {
  if ('wrapper' in means) return { kind: 'wrapper', rests, says: means.wrapper };
  if ('foreign' in means) return { kind: 'not-ours', rests, says: means.foreign };
  if ('works' in means) return { kind: 'works', rests, says: means.works };
  if ('causes' in means) return causesOf(means, rests);
  const { server } = seen.target;
  const causes = means.by[server === 'unknown' ? 'alone' : server];
  return causes && causesOf({ ...means, causes: asKubelets(causes, seen) }, rests);
}

function causesOf({ causes, proven, says, decide, fix }: Causes, rests: string): Meaning {
  return {
    kind: 'cause',
    causes: causes.map((cause, at) => ({ cause, certainty: proven && at === 0 ? 'proven' : 'suspected' })),
    rests,
    says,
    decide,
    fix,
  };
}

/** The kubelet's own way to the apiserver. Whose certificate is wrong is said first; all else is that it does not get through. */
function asKubelets(causes: readonly string[], { speaker, target }: Seen): readonly string[] {
  if (speaker !== 'kubelet' || target.server !== 'apiserver') return causes;
  if (causes[0]?.startsWith('apiserver-certificate')) return [...causes, 'kubelet-cannot-reach-apiserver'];
  const seenThere = causes.filter((cause) => cause.startsWith('apiserver-') || cause === 'proxy-captures-apiserver');
  return ['kubelet-cannot-reach-apiserver', ...(seenThere.length > 0 ? seenThere : ['kubelet-kubeconfig-broken'])];
}

/** Servers that are none of ours: what befalls them is said to be so, without a guess. */
const NOT_OURS: Partial<Record<Server, string>> = {
  registry: 'It is about an image registry, which the container runtime of the node asks.',
  pod: 'The kubelet asked a server in a pod (a probe): the way is from the kubelet to the pod, not from the agent to the kubelet.',
  webhook: 'The apiserver could not use an admission webhook: the way is from the apiserver to the Service of that webhook.',
  'aggregated-api':
    'It is about an API that another server serves behind the apiserver (such as metrics.k8s.io), not about the apiserver itself.',
  'cluster-agent':
    'It is about the Cluster Agent: its Service, its token or its pod, not the kubelet or the apiserver (cluster-agent-unreachable).',
  intake: 'It is about the intake of the vendor, outside the cluster: its name, proxy, certificate or firewall.',
  etcd: 'It is about etcd, which the apiserver alone asks.',
  metadata: 'It is about the metadata service of the cloud.',
  dns: 'It is about a DNS server.',
  other: 'It is about a server that is neither the kubelet nor the apiserver.',
};
const TROUBLE =
  /fail|error|unable|refus|timed? ?out|timeout|deadline|denied|forbidden|unauthorized|x509|tls:|cannot|could ?n[o']t|unavailable|BackOff|no such|status code|EOF|reset|invalid/i;

function byOtherServer(seen: Seen): Judged | undefined {
  const says = NOT_OURS[seen.target.server];
  const trouble = says === undefined ? undefined : TROUBLE.exec(seen.body);
  if (says === undefined || !trouble) return undefined;
  // A name that is not answered is of the resolver, whatever was to be asked behind it.
  const { server } = seen.target;
  const named =
    server === 'other' || server === 'dns'
      ? byRows(
          ERRORS.filter(({ id }) => id.startsWith('dns-') || id === 'proxy-refuses-target'),
          seen,
        )
      : undefined;
  if (named) return named;
  const telling = server === 'other' ? (byRefusal(seen) ?? byRows(TELLING, seen)) : undefined;
  return telling ?? { verdict: { kind: 'not-ours', rests: aroundOf(seen.body, trouble), says } };
}

/** From the word of trouble to where its part of the chain ends. */
function aroundOf(body: string, { index }: RegExpExecArray): string {
  return body.slice(index, index + 160);
}

/** Checks of the Agent that ask a server of their own. */
function ofCheck({ body, scene }: Seen): Judged | undefined {
  const [, name = scene?.kind === 'check' ? scene.name : undefined] =
    /\bcheck:(\w{1,60})\b|[Ee]rror running check:? (\w{1,60})\b/.exec(body) ?? [];
  if (name === undefined || /^(?:kubelet|kubernetes\w*|cadvisor|container\w*|cri|docker|orchestrator\w*|error|running)$/i.test(name))
    return undefined;
  const trouble = TROUBLE.exec(body);
  if (!trouble) return undefined;
  const says =
    'It is about the server that this check asks by its own configuration, not about the kubelet or the apiserver as the Agent asks them.';
  return { verdict: { kind: 'not-ours', rests: aroundOf(body, trouble), says } };
}

/** A pod that is none of an agent. What its events tell of the node counts all the same. */
const OF_THE_NODE = new Set(['node-silent', 'node-not-ready', 'runtime-socket', 'runtime-down', 'network-not-ready', 'pleg', 'scheduler']);

function ofAnothersPod({ scene, body }: Seen, found: Judged | undefined): Judged | undefined {
  if (scene?.kind !== 'pod' || scene.ofAgent !== false) return undefined;
  if (found?.verdict.kind === 'cause' && OF_THE_NODE.has(found.fragment?.id ?? 'scheduler')) return undefined;
  const trouble = found ?? (/\bWarning\b|BackOff|Waiting|Terminated|Pending|Failed|Error/.test(body) ? {} : undefined);
  if (!trouble) return undefined;
  const rests = found && 'rests' in found.verdict ? found.verdict.rests : body.slice(0, 160);
  return {
    verdict: {
      kind: 'not-ours',
      rests,
      says: 'It is about a pod that is no agent: its image, volumes, probes or place, not the way between agent, kubelet and apiserver.',
    },
  };
}

function byScheduler(seen: Seen): Judged | undefined {
  const scheduling = schedulingIn(seen.body);
  if (!scheduling) return undefined;
  const anothers = seen.scene?.kind === 'pod' && seen.scene.ofAgent === false;
  const resources =
    scheduling.causes.every((cause) => cause === 'node-without-room-for-agent' || cause === 'agent-not-ready-on-node') &&
    !/free port/.test(seen.body);
  if (scheduling.causes.length === 0 || (anothers && !isAllNotReady(scheduling)) || (resources && seen.scene?.ofAgent !== true))
    return {
      verdict: {
        kind: 'not-ours',
        rests: scheduling.rests,
        says: 'The scheduler finds no node for a pod: resources, volumes or rules of that pod.',
      },
    };
  const { causes, rests, says } = scheduling;
  return { verdict: causesOf({ causes: seen.scene?.ofAgent === true ? exactly(causes) : causes, says }, rests) };
}

/** Of a pod that is known to be an agent's, the exact cause first. */
function exactly(causes: readonly string[]): readonly string[] {
  const exact: readonly string[] = causes.filter((cause) => cause === 'host-port-taken' || cause === 'node-without-room-for-agent');
  return [...exact, ...causes.filter((cause) => !exact.includes(cause))];
}

const KUBELET_RESOURCE = /^nodes\/(?:proxy|metrics|stats|log|logs|pods|healthz|configz|spec|checkpoint)\b/;
/** The authorizer's own reason: a binding was found, and its role was not (Kubernetes 1.8 to 1.36 plugin/pkg/auth/authorizer/rbac). */
const ROLE_IS_MISSING = /RBAC: .{0,200}\b(?:cluster)?role\.rbac\.authorization\.k8s\.io "[^"]{1,253}" not found/;
const LOCK = /leader|resource lock|lock="/i;

function byRefusal(seen: Seen): Judged | undefined {
  const { refused, body, target } = seen;
  if (!refused) return undefined;
  const at = body.search(/Forbidden \(user=|User "|\(user=/);
  const rests = body.slice(Math.max(0, at), Math.max(0, at) + 200);
  const causes = refusalOf(refused, body, target.server);
  return { verdict: typeof causes === 'string' ? { kind: 'not-ours', rests, says: causes } : causesOf(causes, rests) };
}

const OTHERS_ACCOUNT = 'The account that is refused is that of another program of the cluster, not of an agent.';
const PERSON = 'The user that is refused is a person or a kubeconfig, not the account of an agent.';

/** The apiserver's own client at the kubelet: kubectl logs and exec go through it, the agent does not. */
function ofApiservers(who: 'apiserver' | 'node'): Causes {
  const name = who === 'node' ? 'a node' : 'the client of the apiserver at the kubelet';
  return {
    causes: ['kubelet-permission-missing', 'apiserver-forbidden-at-kubelet'],
    proven: true,
    says: `The user that is refused is not the agent but ${name}: kubectl logs and exec fail, the agent need not. See also: kubelet-doctor explain apiserver-forbidden-at-kubelet.`,
    decide: `\`kubectl auth can-i get nodes --subresource=proxy --as=USER\`, with the user that is refused`,
    fix: `Bind the user to the ClusterRole of the apiserver's own client: \`kubectl create clusterrolebinding apiserver-kubelet-client --clusterrole=system:kubelet-api-admin --user=USER\`, with the user that is refused, if you know it for the apiserver's.`,
  };
}

/** Causes, or what it is where the account is not ours. */
function refusalOf({ user, who, by, verb, resource }: Refused, body: string, server: Server): Causes | string {
  if (by === 'kubelet') {
    if (who === 'anonymous') return { causes: ['kubelet-ignores-token', 'token-missing'], proven: true };
    if (who === 'apiserver' || who === 'node') return ofApiservers(who);
    const onlyProxy = /^nodes\/proxy$/.test(resource.trim());
    return {
      causes: ['kubelet-permission-missing', ...(onlyProxy ? ['fine-grained-permission-too-new'] : []), 'kubelet-decision-cached'],
      proven: verb === '' ? undefined : true,
    };
  }
  // A kubelet never words a refusal so: who has its port is another server that uses the library of the apiserver.
  if (server === 'kubelet' && resource.startsWith('/'))
    return { causes: ['not-a-kubelet', 'kubelet-answer-foreign', 'kubelet-permission-missing'] };
  if (verb === 'impersonate') return { causes: ['impersonation-forbidden'], proven: true };
  if (who === 'anonymous') return { causes: ['credential-not-sent', 'token-missing'], proven: true };
  if (KUBELET_RESOURCE.test(resource)) {
    const warden = /GKE Warden/.test(body);
    return {
      causes: ['kubelet-permission-missing'],
      proven: true,
      says: warden
        ? 'GKE Autopilot never grants nodes/proxy: let the agent take the list of pods from the apiserver (DD_KUBELET_USE_API_SERVER=true, Agent 7.65), or grant nodes/metrics and nodes/stats alone.'
        : undefined,
    };
  }
  if (who === 'node') return { causes: ['kubelet-cannot-reach-apiserver', 'kubelet-kubeconfig-broken'] };
  if (who === 'person') return PERSON;
  if (who === 'add-on' || who === 'control-plane' || (who === 'account' && isWrite(verb, resource) && !isAgentName(user)))
    return OTHERS_ACCOUNT;
  if (/datadogtoken/.test(body)) return { causes: ['event-bookmark-forbidden', 'permission-missing'], proven: true };
  if (isLock(verb, resource, body)) return { causes: ['leader-lock-forbidden', 'permission-missing'], proven: true };
  if (ROLE_IS_MISSING.test(body)) return { causes: ['dangling-binding', 'role-missing', 'permission-missing'], proven: true };
  if (/^self\w*reviews?$/.test(resource)) return { causes: ['review-forbidden'], proven: true };
  return {
    causes: ['permission-missing', 'binding-missing', 'role-missing'],
    proven: true,
    says: user.startsWith('system:') ? undefined : PERSON,
  };
}

/** Agents read; what they write are locks, events and their own objects. */
function isWrite(verb: string, resource: string): boolean {
  return (
    /^(?:create|update|patch|delete|deletecollection)$/.test(verb) && !/^(?:leases|endpoints|configmaps|events|\w*reviews)\b/.test(resource)
  );
}

function isLock(verb: string, resource: string, body: string): boolean {
  if (!/^(?:get|create|update|patch)$/.test(verb)) return false;
  return /^leases/.test(resource) || /^endpoints/.test(resource) || (/^configmaps/.test(resource) && LOCK.test(body));
}
