/** Are the versions of kubelet and apiserver compatible? kubernetes.io/releases/version-skew-policy: never newer, at most three minors behind. */
import { defineCheck } from '../../model/check.js';
import { nodeName } from '../shared/address.js';
import { cite } from '../shared/cite.js';
import { byHand, fixBy } from '../shared/fix.js';
import { cannotTell, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { seen } from '../shared/read.js';

/** Two minors before kubelets of 1.25. */
const MINORS_BEHIND = 3;

export const versionSkew = defineCheck({
  question: 'version-skew',
  asks: 'Are the kubelet and apiserver versions compatible?',
  target: 'apiserver',
  layer: 'payload',
  required: false,
  needs: ['apiserver/version', 'apiserver/node', 'self/settings'],
  words: {
    newer: 'Kubelet {kubelet} on {node} is newer than apiserver {apiserver}',
    older: 'Kubelet {kubelet} on {node} is {minors} minor versions behind apiserver {apiserver}',
    unknown: 'the version of the kubelet or of the apiserver is unknown',
    sawNode: 'Node {node}: kubeletVersion {kubelet}',
    sawServer: '/version: {apiserver}',
    fixServer: 'Upgrade all apiservers before the kubelets',
    fixKubelet: 'Drain {node}, then upgrade its kubelet',
  },
  causes: {
    'kubelet-version-skew': {
      title: 'unsupported version skew of kubelet and apiserver',
      means:
        "Kubernetes supports kubelets of the apiserver's version and up to three minor versions older (two for kubelets before 1.25), not newer ones. Beyond that, permissions, paths and objects may differ from what either side expects. For example, a kubelet before 1.33 requires nodes/proxy where the documentation of the apiserver says nodes/pods.",
      happens:
        'A node group was not upgraded, the machine images are newer than the managed control plane, or the control plane was restored from an older backup.',
      confirm: '`kubectl get nodes` shows the VERSION of each kubelet, `kubectl version` that of the apiserver.',
      fix: 'Upgrade apiservers first, then controllers, then kubelets, one minor at a time.',
      avoid: 'Do not pin the agent to an old version: the agent supports both.',
    },
  },
  judge(view, say) {
    const nodeFact = view.one('apiserver/node');
    const versionFact = view.one('apiserver/version');
    const [node, version] = [seen(nodeFact), seen(versionFact)];
    const kubelet = minorOf(node?.kubeletVersion);
    const server = minorOf(version?.gitVersion);
    if (!node || !version || kubelet === undefined || server === undefined) return cannotTell(say('unknown'));
    const behind = server - kubelet;
    const limit = kubelet < 25 ? MINORS_BEHIND - 1 : MINORS_BEHIND;
    if (behind >= 0 && behind <= limit) return pass([nodeFact, versionFact]);

    const args = { node: node.node, kubelet: node.kubeletVersion, apiserver: version.gitVersion };
    const name = nodeName(view.one('self/settings'), nodeFact);
    const drain = byHand(name && `kubectl drain ${name} --ignore-daemonsets`);
    return problem('kubelet-version-skew', {
      proof: inTheirWords(nodeFact, versionFact),
      severity: 'risk',
      title: behind < 0 ? say('newer', args) : say('older', { ...args, minors: behind }),
      evidence: [
        cite(nodeFact, say('sawNode', { node: node.node, kubelet: node.kubeletVersion })),
        cite(versionFact, say('sawServer', { apiserver: version.gitVersion })),
      ],
      fixes: [
        behind < 0
          ? fixBy('cluster', 'restart', say('fixServer'), { verify: 'kubectl version' })
          : fixBy('node', 'restart', say('fixKubelet', { node: node.node }), { ...drain, verify: 'kubectl get nodes' }),
      ],
    });
  },
});

/** The minor of `v1.36.2`; there is no other major. */
function minorOf(gitVersion: string | undefined): number | undefined {
  const [, minor] = /^v?1\.(\d{1,3})/.exec(gitVersion ?? '') ?? [];
  return minor === undefined ? undefined : Number(minor);
}
