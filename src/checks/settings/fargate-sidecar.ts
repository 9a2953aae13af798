/** On EKS Fargate the agent is a sidecar, and asks its kubelet through the apiserver: it must be told so. */

import { platformOfNode } from '../../kubernetes/kubelet/platforms.js';
import { defineCheck } from '../../model/check.js';
import { cite, citeBy } from '../shared/cite.js';
import { byHand, fixBy } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES, settingOf } from '../shared/kubelet.js';
import { notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { seen } from '../shared/read.js';

/** Both: the node's name is part of the path that is asked. */
const SIDECAR = `- name: DD_EKS_FARGATE
  value: "true"
- name: DD_KUBERNETES_KUBELET_NODENAME
  valueFrom:
    fieldRef:
      fieldPath: spec.nodeName`;

export const fargateSidecar = defineCheck({
  question: 'fargate-sidecar',
  asks: 'On EKS Fargate, is the agent set to ask through the apiserver?',
  target: 'kubelet',
  layer: 'settings',
  required: false,
  needs: ['self/place', 'self/settings', 'apiserver/node', 'kubelet/http'],
  words: {
    title: 'The node is EKS Fargate, and DD_EKS_FARGATE is not set',
    ordinary: 'the node is not known to be EKS Fargate',
    notAgents: "this is not the agent's environment on that node",
    answers: 'a server answers at the address of the node',
    sawNode: 'Node {node}: {platform}',
    sawSetting: 'DD_EKS_FARGATE: {value}',
    set: 'Set DD_EKS_FARGATE and DD_KUBERNETES_KUBELET_NODENAME',
  },
  causes: {
    // docs.datadoghq.com/integrations/eks_fargate (Agent 7.17 and later); documented, not tried.
    'fargate-setting-missing': {
      title: 'sidecar on EKS Fargate without its setting',
      means:
        'On EKS Fargate, pods do not reach the kubelet of their node directly. With `DD_EKS_FARGATE=true` the agent asks it through the apiserver instead (`/api/v1/nodes/NODE/proxy`); without it, the agent dials the address of the node, where nothing answers it.',
      happens:
        'The sidecar was copied from a DaemonSet manifest, with `DD_KUBERNETES_KUBELET_HOST` from `status.hostIP`, or the pod was moved to a Fargate profile. A pod that was created before the Admission Controller had injection on Fargate enabled has no such sidecar.',
      distributions: {
        'Helm chart':
          'the Admission Controller injects the sidecar: `clusterAgent.admissionController.agentSidecarInjection.provider: fargate`.',
      },
      confirm:
        'The label says `fargate`, and the variable is not in the environment of the sidecar:\n\n    kubectl get node NODE -L eks.amazonaws.com/compute-type\n    kubectl -n NAMESPACE exec POD -c agent -- env | grep FARGATE',
      fix: 'Set `DD_EKS_FARGATE=true`, and `DD_KUBERNETES_KUBELET_NODENAME` from `spec.nodeName`; the pods are replaced. The ServiceAccount of the pod needs `get` on `nodes/proxy`, and the other permissions of the agent.',
      avoid: 'Do not run the DaemonSet there: Fargate has none. Do not change firewalls or security groups to reach 10250.',
    },
  },
  judge(view, say) {
    const nodeFact = view.one('apiserver/node');
    const settings = view.one('self/settings');
    const node = seen(nodeFact);
    const platform = platformOfNode(node);
    if (!node || platform !== 'EKS Fargate') return notApplicable(say('ordinary'), nodeFact);
    const set = settingOf(settings, 'agent.eksFargate');
    if (set?.value === 'true') return pass([settings, nodeFact]);
    if (!seen(settings) || !seen(view.one('self/place'))?.agentEnvironment || settingOf(settings, 'node')?.origin === 'flag')
      return notApplicable(say('notAgents'), nodeFact);
    if (view.all('kubelet/http').some((fact) => seen(fact))) return notApplicable(say('answers'), nodeFact);
    return problem('fargate-setting-missing', {
      proof: inTheirWords(nodeFact, settings),
      title: say('title'),
      features: ALL_KUBELET_FEATURES,
      evidence: [
        cite(nodeFact, say('sawNode', { node: node.node, platform })),
        citeBy('self/settings', '', say('sawSetting', { value: set?.value ?? 'not set' })),
      ],
      fixes: [fixBy('agent', 'config', say('set'), byHand(SIDECAR))],
    });
  },
});
