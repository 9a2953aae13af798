/** Does the agent hold more than it needs of kubelets? get on nodes/proxy reaches every container of a node; from 1.33 on less is enough. */

import { grantTo } from '../../manifests/needs-yaml.js';
import { defineCheck } from '../../model/check.js';
import type { ResolvedNeed } from '../../model/facts.js';
import { kubeletRights } from '../../profiles/resolve.js';
import { accountName } from '../shared/brief.js';
import { cite } from '../shared/cite.js';
import { AGENT_RIGHTS } from '../shared/distributions.js';
import { fixBy } from '../shared/fix.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { failure, seen } from '../shared/read.js';
import { grantOrAsk, RIGHTS_NEEDS, rightsOf, stateOf } from './shared/rights.js';

/** Features that need nodes/proxy, whatever the kubelet (profiles/datadog-agent.ts). */
const ON_PROXY = ['container-logs', 'eks-fargate'];

export const roleExcess = defineCheck({
  question: 'role-excess',
  asks: 'Does the agent have only the kubelet permissions it needs?',
  target: 'apiserver',
  layer: 'authz',
  required: false,
  needs: [...RIGHTS_NEEDS, 'apiserver/kubelet-versions', 'apiserver/node'],
  words: {
    tooMuch: 'The agent may get nodes/proxy, which allows exec in every container',
    sawVersions: 'kubelets support fine-grained permissions: {versions}',
    saw: 'access review as {user}: get nodes/proxy allowed',
    grant: 'Grant the fine-grained permissions, then remove nodes/proxy',
    remove: 'Remove nodes/proxy: all fine-grained permissions are granted',
    notAsked: 'checked by `kubelet-doctor rbac`',
    unseen: 'the settings of {account} are not visible from here: on EKS Fargate, or with logs from the kubelet, it needs nodes/proxy',
    needed: 'an enabled feature or an older kubelet needs nodes/proxy',
    partOfVersions: 'the list of nodes was not read to its end: an older kubelet may need nodes/proxy',
    versions: 'the versions of the kubelets are unknown',
  },
  causes: {
    'role-grants-too-much': {
      title: 'unnecessary permission nodes/proxy',
      means:
        'The agent works, but its ServiceAccount may get nodes/proxy. With it, a GET with a WebSocket upgrade runs a command in any container of any node.',
      happens: 'The role was written for kubelets before 1.33, which require nodes/proxy for /pods, /healthz and /configz.',
      distributions: AGENT_RIGHTS,
      confirm:
        'The first command prints `yes`, and every kubelet is 1.33 or later:\n\n    kubectl auth can-i get nodes --subresource=proxy \\\n      --as=system:serviceaccount:NAMESPACE:NAME\n    kubectl get nodes',
      fix: 'Grant nodes/pods, nodes/healthz and nodes/configz first, then remove nodes/proxy (chart: `datadog.kubelet.fineGrainedAuthorization`). Logs read through the kubelet (/containerLogs) still need nodes/proxy, and so does a sidecar on EKS Fargate (DD_EKS_FARGATE), which asks the node proxy of the apiserver.',
      avoid: 'Do not remove nodes/proxy before the fine-grained permissions are granted, or while a kubelet before 1.33 remains.',
    },
  },
  judge(view, say) {
    const rights = rightsOf(view);
    const versions = seen(view.one('apiserver/kubelet-versions'));
    const node = seen(view.one('apiserver/node'));
    if (!rights?.profile.inDepth) return notApplicable(say('notAsked'));
    const { profile, account, name } = rights;
    const proxy = view.one('apiserver/access', 'get nodes/proxy');
    if (seen(proxy)?.allowed !== true) return pass([view.one('self/profile'), proxy]);
    const all = versions ? versions.versions.map((v) => v.version) : node ? [node.kubeletVersion] : [];
    if (all.length === 0)
      return failure(view.one('apiserver/kubelet-versions'))
        ? notApplicable(say('versions'))
        : cannotTell(say('versions'), [{ need: 'apiserver/kubelet-versions', elsewhere: 'kubectl get nodes' }]);
    // Of a list that was not read to its end, an older kubelet may be in the rest.
    const unread = versions?.complete === false;
    const needsIt = profile.needs.some((need) => need.resource === 'nodes' && need.subresource === 'proxy');
    if (kubeletRights(all) !== 'fine-grained' || needsIt) return pass(proxy, say('needed'));
    if (unread) return cannotTell(say('partOfVersions'), [{ need: 'apiserver/kubelet-versions', elsewhere: 'kubectl get nodes' }]);
    const user = account.user;
    // In a pod's own words or not at all: who follows this fix there loses all sidecars, or all logs.
    if (profile.unseen?.some((feature) => ON_PROXY.includes(feature)))
      return cannotTell(say('unseen', { account: accountName(user) }), [{ need: 'self/profile', elsewhere: 'kubelet-doctor settings' }]);
    const versionsFact = view.one(versions ? 'apiserver/kubelet-versions' : 'apiserver/node');
    // By a review of its own: that nodes/proxy serves as well is what is to end.
    const isHeld = ({ subresource }: ResolvedNeed) => seen(view.one('apiserver/access', `get nodes/${subresource}`))?.allowed === true;
    const fine = profile.needs.filter((need) => need.resource === 'nodes' && need.subresource !== undefined && !isHeld(need));
    const granted =
      name &&
      grantTo(name, fine, {
        before: stateOf(
          view.one('apiserver/rbac-objects'),
          user,
          fine.map(({ orElse: _, ...need }) => need),
        ),
      });
    return problem('role-grants-too-much', {
      proof: inTheirWords(proxy, versionsFact),
      severity: 'risk',
      title: say('tooMuch'),
      evidence: [cite(proxy, say('saw', { user })), cite(versionsFact, say('sawVersions', { versions: all.join(', ') }))],
      fixes: [
        fixBy('cluster', 'config', say(fine.length > 0 ? 'grant' : 'remove'), {
          ...(granted && grantOrAsk(account, granted, undefined)),
          verify: 'kubelet-doctor rbac',
        }),
      ],
    });
  },
});
