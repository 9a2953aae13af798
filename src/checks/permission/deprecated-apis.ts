/** Does the agent use APIs that Kubernetes is giving up? Said only where roles are judged in depth. */
import { defineCheck } from '../../model/check.js';
import { citeBy } from '../shared/cite.js';
import { notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { seen } from '../shared/read.js';

export const deprecatedApis = defineCheck({
  question: 'deprecated-apis',
  asks: 'Does the agent use deprecated APIs?',
  target: 'apiserver',
  layer: 'authz',
  required: false,
  needs: ['self/profile'],
  words: {
    componentStatus: 'The agent lists componentstatuses, deprecated since Kubernetes 1.19',
    endpoints: 'The agent uses Endpoints, deprecated since Kubernetes 1.33',
    saw: 'feature {feature} needs it; this is Kubernetes {version}',
    none: 'the agent uses no deprecated API',
    notAsked: 'checked by `kubelet-doctor rbac`',
  },
  causes: {
    'component-status-deprecated': {
      title: 'deprecated API: componentstatuses',
      means:
        'The control-plane service check lists componentstatuses. It is deprecated since 1.19 and still served, but slow and often wrong on managed control planes: it reports healthy components as Unhealthy.',
      happens: 'The apiserver check enables it by default (old Agents may lack the setting).',
      confirm: '`kubectl get componentstatuses` prints a warning, and what the agent sees.',
      // Agent 7.82 KubeASConfig; helm-charts 3.240.0 _kubernetes_apiserver_config.yaml.
      fix: 'Set `use_component_status: false` in `conf.d/kubernetes_apiserver.d/conf.yaml` of the Cluster Agent (chart: `clusterAgent.kubernetesApiserverCheck.disableUseComponentStatus: true`), and monitor /readyz instead.',
      avoid: 'Do not grant the permission to silence the message: the answer is wrong on managed control planes.',
    },
    'endpoints-deprecated': {
      title: 'deprecated API: Endpoints',
      means:
        'The agent reads the core Endpoints API. It is deprecated since 1.33 and truncated at 1000 addresses; EndpointSlices (discovery.k8s.io) replace it.',
      happens: 'The agent is older than EndpointSlices (GA in 1.21), or it is Agent 5, whose leader lock is an Endpoints object.',
      confirm: '`kubectl get endpoints -A` prints a warning.',
      fix: 'Set DD_KUBERNETES_USE_ENDPOINT_SLICES=true for endpoint checks. For the leader lock, upgrade to Agent 6 or later, which locks on a ConfigMap, or on a Lease if set so (7.47 and later).',
    },
  },
  judge(view, say) {
    const fact = view.one('self/profile');
    const profile = seen(fact);
    if (!profile?.inDepth) return notApplicable(say('notAsked'));
    const { deprecated, needs } = profile;
    const [first] = deprecated;
    if (!first) return pass(fact, say('none'));
    const version = profile.kubernetesVersion.value;
    const feature = needs.find((need) => need.resource === first)?.feature ?? '';
    const old = first === 'componentstatuses';
    return problem(old ? 'component-status-deprecated' : 'endpoints-deprecated', {
      proof: inTheirWords(fact),
      severity: 'note',
      title: old ? say('componentStatus') : say('endpoints'),
      evidence: [citeBy('self/profile', '', say('saw', { feature, version }))],
      fixes: [],
    });
  },
});
