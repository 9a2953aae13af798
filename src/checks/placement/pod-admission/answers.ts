/** What `pod-admission` says of each answer. */
import { isDnsName } from '../../../kubernetes/names.js';
import type { Evidence, Fix, Message, Problem, Verdict } from '../../../model/check.js';
import type { AgentWorkload } from '../../../model/facts/placement.js';
import { cutTo } from '../../shared/brief.js';
import { citeBy } from '../../shared/cite.js';
import { firstThatHolds, given } from '../../shared/decide.js';
import { AUTOMOUNT, byHand, fixBy, orBy, shell, yaml } from '../../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../../shared/kubelet.js';
import { pass, problem, suspected } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import { kubectlTarget, nodeNames, WITHOUT_AGENT } from '../shared/placement.js';
import { kubectlPatch } from '../shared/placement-fixes.js';
import { placementWants } from '../shared/wants.js';
import type { Cause } from './causes.js';
import type { Clues } from './clues.js';
import { type Answer, PLUGIN, type Plugin, refusedPortOf, webhookOf } from './decision.js';
import type { Words } from './words.js';

export const ANSWERS: Record<Answer, (clues: Clues, say: Words) => Verdict<Cause>> = {
  'security-refuses': (clues, say) => bySecurity(clues, say, say('securityRefused', { namespace: clues.workload.namespace })),
  'security-would-refuse': (clues, say) => {
    const { workload, policy } = clues;
    return bySecurity(clues, say, say('securityWould', { namespace: workload.namespace, level: policy?.enforce ?? '' }));
  },
  refused: (clues, say) =>
    problem('admission-refuses', {
      proof: inTheirWords(given(clues.facts.event)),
      title: TITLES[pluginOf(clues)](clues, say),
      features: WITHOUT_AGENT,
      evidence: sawEvent(clues, say),
      fixes: [REMEDIES[pluginOf(clues)](clues, say)].flat(),
    }),
  // That the pod is not there yet is not known.
  'perhaps-refused': (clues, say) =>
    problem('admission-refuses', {
      ...suspected(['agent-missing-on-node', 'agent-not-ready-on-node'], placementWants()),
      title: TITLES[pluginOf(clues)](clues, say),
      features: WITHOUT_AGENT,
      evidence: sawEvent(clues, say),
      fixes: [REMEDIES[pluginOf(clues)](clues, say)].flat(),
    }),
  'class-missing': (clues, say) => {
    const priority = given(clues.priorityClass);
    const saw = say('sawClass', { priority });
    return problem('admission-refuses', {
      proof: inTheirWords(clues.facts.policy, clues.facts.workloads),
      title: say('noClass', { priority }),
      features: WITHOUT_AGENT,
      evidence: [citeBy('apiserver/namespace-policy', clues.workload.namespace, saw, 'kubectl get priorityclasses')],
      fixes: [REMEDIES.priority(clues, say)].flat(),
    });
  },
  changed: (clues, say) => {
    const { taken, isAll, facts, workload } = clues;
    const isToken = taken.some(({ what }) => what === 'token');
    const [first] = taken;
    const exempt = byHand('kubectl get mutatingwebhookconfigurations');
    const own = ownAccount(workload);
    const account = byHand(own && `kubectl -n ${own.namespace} get serviceaccount ${own.account} -o yaml`);
    return problem('agent-pod-changed-at-admission', {
      proof: inTheirWords(facts.pods),
      severity: isToken && isAll ? 'blocks' : 'degrades',
      title: isToken ? say('tokenTaken') : say('hostTaken', { what: given(first).what }),
      features: isToken ? ALL_KUBELET_FEATURES : [],
      evidence: taken.map(({ what, nodes }) => {
        const names = nodeNames(
          nodes.map((node) => ({ node })),
          20,
        );
        return citeBy('apiserver/agent-pods', '', say('sawTaken', { what, names }), podsOf(workload));
      }),
      fixes: isToken
        ? [fixBy('agent', 'restart', say('fixToken'), yaml(AUTOMOUNT)), orBy('cluster', 'config', say('fixAllowed'), account)]
        : [fixBy('cluster', 'config', say('fixExempt'), exempt)],
    });
  },
  'let-in': ({ witness }) => pass(witness),
};

function podsOf(workload: AgentWorkload): string | undefined {
  const target = kubectlTarget(workload);
  return target && `kubectl -n ${target.namespace} get pods -o yaml`;
}

function bySecurity(clues: Clues, say: Words, title: Message): Problem<Cause> {
  const { workload, policy, asks, lacking, planned, reproduce, facts } = clues;
  const { namespace } = workload;
  const level = policy?.enforce;
  const sawLabel = () => say('sawLabel', { namespace, level: level ?? '' });
  const label = `kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=privileged --overwrite`;
  const steps = shell(isDnsName(namespace) ? label : undefined);
  return problem('pod-security-refuses', {
    proof: facts.event ? inTheirWords(facts.event) : inTheirWords(facts.policy, facts.workloads),
    // Pods that run already stay until their next restart.
    severity: lacking || planned ? 'blocks' : 'degrades',
    title,
    features: WITHOUT_AGENT,
    evidence: [
      ...sawEvent(clues, say),
      ...(level ? [citeBy('apiserver/namespace-policy', namespace, sawLabel(), reproduce.policy)] : []),
      ...(asks ? [citeBy('apiserver/workloads', '', say('sawTemplate', { asks }))] : []),
    ],
    fixes: [
      moveOut(clues, say),
      fixBy('cluster', 'security', say('fixLabel', { namespace }), { ...steps, verify: 'kubelet-doctor nodes' }),
    ],
  });
}

/** Nothing else in the namespace is then admitted that was not before. The agent itself is installed again by whatever installed it. */
function moveOut({ workload }: Clues, say: Words): Fix {
  const own = workload.name === workload.namespace ? `${workload.name}-agent` : workload.name;
  const steps = [
    `kubectl create namespace ${own}`,
    `kubectl label namespace ${own} pod-security.kubernetes.io/enforce=privileged`,
    `# then install the agent there: helm upgrade --install --namespace ${own} …`,
  ];
  return fixBy('agent', 'restart', say('fixNamespace'), byHand(isDnsName(own) && !own.includes('.') ? steps.join('\n') : undefined));
}

function sawEvent({ event, reproduce, facts }: Clues, say: Words): Evidence[] {
  if (!event) return [];
  const { count, last, message } = event;
  return [citeBy('apiserver/refused-creates', given(facts.event).subject, say('sawEvent', { count, last, message }), reproduce.events)];
}

function pluginOf({ event }: Clues): Plugin {
  return firstThatHolds(PLUGIN, given(event).message);
}

function refusedWith({ said }: Clues, say: Words): Message {
  return say('refused', { said: cutTo(said.split(/, requested|: \[/)[0] ?? said, 40) });
}

const TITLES: Record<Plugin, (clues: Clues, say: Words) => Message> = {
  'quota-scope': ({ workload }, say) => say('noScope', { namespace: workload.namespace }),
  quota: refusedWith,
  priority: ({ workload }, say) => say('noClass', { priority: workload.template.priorityClass ?? '' }),
  'security-context': (_, say) => say('noScc'),
  'host-port': ({ event }, say) => say('noPort', { port: given(refusedPortOf(given(event).message)) }),
  'service-account': (_, say) => say('noAccount'),
  webhook: ({ event }, say) => say('byWebhook', { webhook: cutTo(given(webhookOf(given(event).message)), 48) }),
  other: refusedWith,
};

const REMEDIES: Record<Plugin, (clues: Clues, say: Words) => Fix | Fix[]> = {
  'quota-scope': ({ workload }, say) => {
    const target = kubectlTarget(workload);
    return fixBy('cluster', 'config', say('fixScopes'), target ? yaml(systemQuota(target.namespace)) : {});
  },
  quota: ({ workload, policy }, say) => {
    const target = kubectlTarget(workload);
    const look = byHand(target && `kubectl -n ${target.namespace} describe resourcequota`);
    return fixBy('cluster', 'config', say('fixQuota', { quotas: policy?.quotas.join(', ') || 'see the message' }), look);
  },
  priority: ({ workload }, say) => {
    const without = kubectlPatch(workload, [{ op: 'remove', path: '/spec/template/spec/priorityClassName' }]);
    return fixBy('agent', 'restart', say('fixClass', { priority: workload.template.priorityClass ?? '' }), shell(without));
  },
  'security-context': ({ workload }, say) => {
    const own = ownAccount(workload);
    const allow = own && `oc adm policy add-scc-to-user privileged -z ${own.account} -n ${own.namespace}`;
    return [
      fixBy('agent', 'config', say('fixOwnScc'), byHand('agents.podSecurity.securityContextConstraints.create=true')),
      fixBy('cluster', 'security', say('fixScc'), shell(allow)),
    ];
  },
  'host-port': ({ event, workload }, say) => {
    const port = given(refusedPortOf(given(event).message));
    const protocol = OTLP[port];
    const value = protocol && workload.manager === 'helm' ? `datadog.otlp.receiver.protocols.${protocol}.useHostPort=false` : undefined;
    const without = protocol ? [orBy('agent', 'config', say('fixOtlp'), byHand(value))] : [];
    return [fixBy('cluster', 'config', say('fixPort', { port })), ...without];
  },
  'service-account': ({ workload }, say) => {
    const own = ownAccount(workload);
    return fixBy('cluster', 'config', say('fixAccount'), shell(own && `kubectl -n ${own.namespace} create serviceaccount ${own.account}`));
  },
  webhook: (_, say) => fixBy('cluster', 'config', say('fixWebhook')),
  other: (_, say) => fixBy('cluster', 'config', say('fixOther')),
};

/** Ports of the OTLP receiver, which the chart opens on the node unless told otherwise. */
const OTLP: Readonly<Partial<Record<number, string>>> = { 4317: 'grpc', 4318: 'http' };

/** Its ServiceAccount, where the names may stand in a command. */
function ownAccount(workload: AgentWorkload): { namespace: string; account: string } | undefined {
  const target = kubectlTarget(workload);
  const account = workload.template.serviceAccount;
  return target && account && isDnsName(account) ? { namespace: target.namespace, account } : undefined;
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
