/** Does the agent hold more than it needs at kubelets? get on nodes/proxy reaches every container of a node; from 1.33 on less is enough. */

import { needsYaml } from '../../manifests/needs-yaml.js';
import { defineCheck } from '../../model/check.js';
import { kubeletRights } from '../../profiles/resolve.js';
import { cite } from '../shared/cite.js';
import { AGENT_RIGHTS } from '../shared/distributions.js';
import { fixBy, yaml } from '../shared/fix.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { failure, seen } from '../shared/read.js';
import { RIGHTS_NEEDS, rightsOf } from './shared/rights.js';

export const roleExcess = defineCheck({
  question: 'role-excess',
  asks: 'Does the agent hold no more than it needs at kubelets?',
  target: 'apiserver',
  layer: 'authz',
  required: false,
  needs: [...RIGHTS_NEEDS, 'apiserver/kubelet-versions', 'apiserver/node'],
  words: {
    tooMuch:
      '{user} may get nodes/proxy, which is enough to run commands in every container; every kubelet asked about takes less ({versions})',
    saw: 'access review as {user}: get nodes/proxy allowed',
    grant:
      'Grant the fine-grained rights first: apply this, then take nodes/proxy out of the role (chart: kubelet.fineGrainedAuthorization)',
    notAsked: '`kubelet-doctor rbac` judges it',
    needed: 'a feature that is on has no smaller right, or a kubelet knows none',
    versions: 'the versions of the kubelets are not known',
  },
  causes: {
    'role-grants-too-much': {
      title: 'nodes/proxy where less would do',
      means:
        'The agent works. Its ServiceAccount may get nodes/proxy, and a GET with a WebSocket upgrade runs a command in any container of any node.',
      happens: 'The classic role, made for kubelets before 1.33, which knew nothing smaller for /pods, /healthz and /configz.',
      distributions: AGENT_RIGHTS,
      confirm:
        'Says yes, and every kubelet is 1.33 or later:\n\n    kubectl auth can-i get nodes --subresource=proxy \\\n      --as=system:serviceaccount:NAMESPACE:NAME\n    kubectl get nodes',
      fix: 'nodes/pods, nodes/healthz and nodes/configz instead: first grant them, then take nodes/proxy away. Logs read through the kubelet (/containerLogs) still need it.',
      avoid: 'Do not take nodes/proxy away before the smaller rights are there, nor while a kubelet before 1.33 is left.',
    },
  },
  judge(view, say) {
    const rights = rightsOf(view);
    const versions = seen(view.one('apiserver/kubelet-versions'));
    const node = seen(view.one('apiserver/node'));
    if (!rights?.profile.inDepth) return notApplicable(say('notAsked'));
    const { profile, account, name } = rights;
    const proxy = view.one('apiserver/access', 'get nodes/proxy');
    if (seen(proxy)?.allowed !== true) return pass();
    const all = versions ? versions.versions.map((v) => v.version) : node ? [node.kubeletVersion] : [];
    if (all.length === 0)
      return failure(view.one('apiserver/kubelet-versions'))
        ? notApplicable(say('versions'))
        : cannotTell(say('versions'), [{ need: 'apiserver/kubelet-versions', elsewhere: 'kubectl get nodes' }]);
    const needsIt = profile.needs.some((need) => need.resource === 'nodes' && need.subresource === 'proxy');
    if (kubeletRights(all) !== 'fine-grained' || needsIt) return pass(say('needed'));
    const user = account.user;
    const fine = profile.needs.filter((need) => need.resource === 'nodes' && need.subresource !== undefined);
    const steps = name && needsYaml(name, fine);
    return problem('role-grants-too-much', {
      severity: 'risk',
      title: say('tooMuch', { user, versions: all.join(', ') }),
      evidence: [cite(proxy, say('saw', { user }))],
      fixes: [fixBy('cluster', 'config', say('grant'), { ...(steps && yaml(steps)), verify: 'kubelet-doctor rbac' })],
    });
  },
});
