/** Does the agent use APIs that Kubernetes is giving up? Said only where roles are judged in depth. */
import { defineCheck } from '../../model/check.js';
import { citeBy } from '../shared/cite.js';
import { notApplicable, pass, problem } from '../shared/problem.js';
import { seen } from '../shared/read.js';

export const deprecatedApis = defineCheck({
  question: 'deprecated-apis',
  asks: 'Does the agent use APIs that Kubernetes is giving up?',
  target: 'apiserver',
  layer: 'authz',
  required: false,
  needs: ['self/profile'],
  words: {
    componentStatus:
      'componentstatuses is deprecated since Kubernetes 1.19 (this is {version}): on managed control planes it says Unhealthy of what is well',
    endpoints: 'Endpoints are deprecated since Kubernetes 1.33 (this is {version}): EndpointSlices (discovery.k8s.io) serve instead',
    saw: 'needed by feature {feature}',
    none: 'none of them',
    notAsked: '`kubelet-doctor rbac` judges it',
  },
  causes: {
    'component-status-deprecated': {
      title: 'componentstatuses deprecated',
      means:
        'The control-plane service check lists componentstatuses: deprecated since 1.19, still served, often wrong and slow where the control plane is managed.',
      happens: 'The feature is on by default in the check of the apiserver (Agent before 7.30 has no switch).',
      confirm: '`kubectl get componentstatuses` warns, and shows what the agent sees.',
      fix: 'Turn it off in kubernetes_state or kube_apiserver conf (use_component_status: false), and watch /readyz instead.',
      avoid: 'Do not grant the right to make the message go away: the answer is wrong on managed control planes.',
    },
    'endpoints-deprecated': {
      title: 'Endpoints deprecated',
      means: 'The profile needs the core Endpoints API, which is deprecated since 1.33 and cut at 1000 addresses.',
      happens: 'An agent from before EndpointSlices (GA in 1.21), or Agent 5, whose leader lock is an Endpoints object.',
      confirm: '`kubectl get endpoints -A` warns.',
      fix: 'DD_KUBERNETES_USE_ENDPOINT_SLICES=true for endpoint checks; for the leader lock an Agent of 6 or later, which locks on a ConfigMap, or where it is told so (7.47 and later) on a Lease.',
    },
  },
  judge(view, say) {
    const profile = seen(view.one('self/profile'));
    if (!profile?.inDepth) return notApplicable(say('notAsked'));
    const { deprecated, needs } = profile;
    const [first] = deprecated;
    if (!first) return pass(say('none'));
    const version = profile.kubernetesVersion.value;
    const feature = needs.find((need) => need.resource === first)?.feature ?? '';
    const old = first === 'componentstatuses';
    return problem(old ? 'component-status-deprecated' : 'endpoints-deprecated', {
      severity: 'note',
      title: old ? say('componentStatus', { version }) : say('endpoints', { version }),
      evidence: [citeBy('self/profile', '', say('saw', { feature }))],
      fixes: [],
    });
  },
});
