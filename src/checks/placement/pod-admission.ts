/**
 * Does the apiserver let the agent's pods in? What it refused stands in the DaemonSet's FailedCreate events, not on any node. Events last an
 * hour and tell of the past: they count while a node still lacks its pod. The namespace's pod security level is judged by itself, too.
 */

import { isDnsName } from '../../kubernetes/names.js';
import { defineCheck, type Evidence, type Fix, type Say } from '../../model/check.js';
import type { AgentWorkload, NamespacePolicy, RefusedCreate } from '../../model/facts/placement.js';
import { byHand, fixBy, shell, yaml } from '../shared/fix.js';
import { seen } from '../shared/read.js';
import { kubectlTarget, PLACEMENT_NEEDS, situationIn, WITHOUT_AGENT } from './placement.js';
import { kubectlPatch } from './placement-fixes.js';

const WORDS = {
  securityRefused: 'The namespace {namespace} refuses the agent’s pods: {said}',
  securityWould: 'The namespace {namespace} enforces pod security {level}: it refuses the agent’s pods, which ask for {asks}',
  refused: 'The apiserver refuses the agent’s pods: {said}',
  noClass: 'The agent’s pods name the PriorityClass {priority}, which does not exist: the apiserver refuses them',
  sawEvent: 'FailedCreate, {count} times, last {last}: {message}',
  sawLabel: 'namespace {namespace}: pod-security.kubernetes.io/enforce={level}',
  sawTemplate: 'the pod template asks for {asks}',
  sawClass: 'PriorityClass {priority}: not found',
  fixLabel: 'Let the namespace {namespace} run privileged pods; keep nothing but the agent in it',
  fixQuota: 'Raise the quota, or deploy the agent where none is ({quotas})',
  fixScopes: 'Allow pods of the system priority classes in this namespace',
  fixClass: 'Create the PriorityClass {priority}, or take the name out of the pod template',
  fixAccount: 'Create the ServiceAccount that the pod template names',
  fixScc:
    'Give the agent’s ServiceAccount a SecurityContextConstraint that allows what it asks for (the chart: agents.podSecurity.securityContextConstraints.create)',
  fixWebhook: 'Let the policy behind the webhook {webhook} except the agent’s namespace',
  fixOther: 'Correct what the message names; the controller tries again by itself',
  none: 'no DaemonSet of an agent is known',
  waiting: 'the namespace and its events are still being read',
  closed: 'the namespace and its events are not ours to read from here',
} as const;

export const podAdmission = defineCheck({
  question: 'pod-admission',
  asks: "Does the apiserver let the agent's pods in?",
  target: 'self',
  layer: 'settings',
  required: false,
  needs: [...PLACEMENT_NEEDS, 'apiserver/namespace-policy', 'apiserver/refused-creates'],
  words: WORDS,
  causes: {
    'pod-security-refuses': {
      title: 'pod security refuses the agent',
      means:
        'The namespace enforces the pod security level baseline or restricted. A node agent needs the host: hostPath volumes, hostPID, host ports. Baseline already forbids all of these.',
      happens:
        'A label `pod-security.kubernetes.io/enforce` on the namespace, or a default for all namespaces (Talos, hardened clusters). Pods that run stay; the next one is refused.',
      distributions: {
        OpenShift:
          'SecurityContextConstraints decide as well: the agent’s ServiceAccount needs `use` of one that allows its mounts and ports.',
        Talos: 'enforces baseline in every namespace but kube-system by default; the agent’s namespace needs the label.',
        GKE: 'Autopilot has its own policy: `providers.gke.autopilot` of the chart and its allowlist.',
      },
      confirm:
        'The second says which field offends:\n\n    kubectl get namespace NAMESPACE --show-labels\n    kubectl -n NAMESPACE get events --field-selector reason=FailedCreate',
      fix: 'A namespace for the agent alone, labelled `pod-security.kubernetes.io/enforce=privileged`. On OpenShift a SecurityContextConstraint decides instead. The controller tries again by itself, after a while that grows with each failure.',
      avoid:
        'Do not take the level off the whole cluster, and do not cut the mounts down until the pod passes: the agent then reports half.',
    },
    'admission-refuses': {
      title: 'agent pods refused at creation',
      means:
        'The apiserver did not create the agent’s pods: a quota, a missing PriorityClass or ServiceAccount, a SecurityContextConstraint or a policy webhook. Nothing of this shows on a node.',
      happens:
        '`exceeded quota` and `failed quota … must specify`; `insufficient quota to match these scopes` for system priority classes outside kube-system (GKE); `no PriorityClass with name …`; `unable to validate against any security context constraint` (OpenShift); `admission webhook … denied the request`.',
      confirm:
        'It has the apiserver’s words. Events are kept for an hour; a restart of the rollout writes new ones.\n\n    kubectl -n NAMESPACE get events --field-selector reason=FailedCreate',
      fix: 'By the words: raise the quota, create the class or account, allow it in the policy. The controller tries again by itself.',
      avoid:
        'Do not delete the webhook’s configuration: it guards everything else. Do not move the agent to kube-system to escape a quota.',
    },
  },
  judge(view, say) {
    const at = situationIn(view, say);
    if ('kind' in at) return at;
    const policies = view.all('apiserver/namespace-policy').flatMap((fact) => seen(fact) ?? []);
    const eventFacts = view.all('apiserver/refused-creates');

    const problem = { kind: 'problem', severity: 'blocks', certainty: 'proven', features: WITHOUT_AGENT } as const;
    for (const workload of at.found.workloads) {
      const policy = policies.find(({ namespace }) => namespace === workload.namespace);
      const lacking = at.rows.some((row) => row.state === 'missing' && row.workload === workload);
      const [event] = eventFacts
        .flatMap((fact) => seen(fact) ?? [])
        .filter(({ namespace, daemonset }) => lacking && namespace === workload.namespace && daemonset === workload.name)
        .sort((a, b) => (a.last < b.last ? 1 : -1));
      const asks = workload.template.asks.join(', ');
      const level = policy?.enforce;
      const sawEvent = event && eventEvidence(event, say, eventFacts.find(({ subject }) => subject === workload.namespace)?.reproduce);
      const restricts = (level === 'baseline' || level === 'restricted') && asks !== '';
      if (restricts || /violates PodSecurity/.test(event?.message ?? '')) {
        const reproduce = view.one('apiserver/namespace-policy', workload.namespace).reproduce;
        const { namespace } = workload;
        const evidence: Evidence[] = [
          ...(sawEvent ? [sawEvent] : []),
          ...(level
            ? [{ need: 'apiserver/namespace-policy' as const, subject: namespace, saw: say('sawLabel', { namespace, level }), reproduce }]
            : []),
          ...(asks ? [{ need: 'apiserver/workloads' as const, subject: '', saw: say('sawTemplate', { asks }) }] : []),
        ];
        const command = isDnsName(namespace)
          ? `kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=privileged --overwrite`
          : undefined;
        const fixes: Fix[] = [
          fixBy('cluster', 'security', say('fixLabel', { namespace }), { ...shell(command), verify: 'kubelet-doctor nodes' }),
        ];
        const said = event ? shortOf(event.message) : '';
        const title = said ? say('securityRefused', { namespace, said }) : say('securityWould', { namespace, level: level ?? '', asks });
        // Pods that run already stay until their next restart.
        const severity = lacking || at.found.by === 'manifest' ? 'blocks' : 'degrades';
        return { ...problem, severity, cause: 'pod-security-refuses', title, evidence, fixes };
      }
      if (event && sawEvent)
        return {
          ...problem,
          cause: 'admission-refuses',
          title: say('refused', { said: shortOf(event.message) }),
          evidence: [sawEvent],
          fixes: fixesFor(event.message, workload, policy, say),
        };
      const priority = workload.template.priorityClass;
      if (priority && policy?.priorityClassExists === false && !at.found.brings.includes(priority))
        return {
          ...problem,
          cause: 'admission-refuses',
          title: say('noClass', { priority }),
          evidence: [
            {
              need: 'apiserver/namespace-policy',
              subject: workload.namespace,
              saw: say('sawClass', { priority }),
              reproduce: 'kubectl get priorityclasses',
            },
          ],
          fixes: fixesFor('no PriorityClass', workload, policy, say),
        };
    }
    return { kind: 'pass' };
  },
});

function eventEvidence({ count, last, message }: RefusedCreate, say: Say<typeof WORDS>, reproduce: string | undefined): Evidence {
  return {
    need: 'apiserver/refused-creates',
    subject: '',
    saw: say('sawEvent', { count, last, message }),
    ...(reproduce ? { reproduce } : {}),
  };
}

/** Without the lead that every such message has. */
function shortOf(message: string): string {
  return message
    .replace(/^Error creating: /, '')
    .replace(/^pods "[^"]*" is forbidden: /, '')
    .slice(0, 220);
}

/** By the words of the admission plugin (resourcequota, priority, serviceaccount, OpenShift's SCC, webhooks). */
function fixesFor(message: string, workload: AgentWorkload, policy: NamespacePolicy | undefined, say: Say<typeof WORDS>): Fix[] {
  const target = kubectlTarget(workload);
  const account = workload.template.serviceAccount;
  const safe = target && account && isDnsName(account);
  if (/insufficient quota to match these scopes/.test(message))
    return [fixBy('cluster', 'config', say('fixScopes'), target ? yaml(systemQuota(target.namespace)) : {})];
  if (/(exceeded|failed) quota/.test(message)) {
    const look = byHand(target && `kubectl -n ${target.namespace} describe resourcequota`);
    return [fixBy('cluster', 'config', say('fixQuota', { quotas: policy?.quotas.join(', ') || 'see the message' }), look)];
  }
  if (/no PriorityClass/.test(message)) {
    const without = kubectlPatch(workload, [{ op: 'remove', path: '/spec/template/spec/priorityClassName' }]);
    return [fixBy('agent', 'restart', say('fixClass', { priority: workload.template.priorityClass ?? '' }), shell(without))];
  }
  if (/security context constraint/.test(message))
    return [
      fixBy(
        'cluster',
        'security',
        say('fixScc'),
        shell(safe ? `oc adm policy add-scc-to-user privileged -z ${account} -n ${target.namespace}` : undefined),
      ),
    ];
  if (/error looking up service account/.test(message))
    return [
      fixBy(
        'cluster',
        'config',
        say('fixAccount'),
        shell(safe ? `kubectl -n ${target.namespace} create serviceaccount ${account}` : undefined),
      ),
    ];
  const [, webhook] = /admission webhook "([^"]{1,253})" denied/.exec(message) ?? [];
  return [fixBy('cluster', 'config', webhook ? say('fixWebhook', { webhook }) : say('fixOther'))];
}

/** What GKE's limitedResources ask for: a quota that names the classes (cloud.google.com/kubernetes-engine, system priority classes). */
function systemQuota(namespace: string): string {
  return [
    'apiVersion: v1',
    'kind: ResourceQuota',
    'metadata:',
    '  name: kubelet-doctor-system-priority',
    `  namespace: ${JSON.stringify(namespace)}`,
    'spec:',
    '  hard:',
    '    pods: "1000"',
    '  scopeSelector:',
    '    matchExpressions:',
    '      - operator: In',
    '        scopeName: PriorityClass',
    '        values: ["system-node-critical", "system-cluster-critical"]',
  ].join('\n');
}
