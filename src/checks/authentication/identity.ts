/**
 * Is the one whom the apiserver takes us for the one whose access is to be judged? The review against the claims of the token and against
 * the node of the settings; and in a pod of `kubectl debug` against the ServiceAccount that such a pod gets without asking.
 */

import { isDnsName, isIp, serviceAccountOf, shellQuote } from '../../kubernetes/names.js';
import { defineCheck, type Evidence, type Fix } from '../../model/check.js';
import type { Setting } from '../../model/facts.js';
import { ownerHere } from '../shared/apiserver.js';
import { fixBy, shell } from '../shared/fix.js';
import { settingOf } from '../shared/kubelet.js';
import { ANONYMOUS, commonName, credentialOf } from '../shared/kubelet-answers.js';
import { seen } from '../shared/read.js';

export const identity = defineCheck({
  question: 'identity',
  asks: 'Does the apiserver take us for the one whose access is to be judged?',
  target: 'apiserver',
  layer: 'authn',
  required: false,
  needs: [
    'apiserver/identity',
    'apiserver/credential',
    'apiserver/account',
    'kubelet/candidates',
    'kubelet/http',
    'self/place',
    'self/settings',
  ],
  words: {
    debugPod: 'Rights not judged: this token belongs to {user}, not to the agent',
    debugPodReached: 'Kubelet reachable; rights not judged: this token belongs to {user}, not to the agent',
    debugPodUnasked:
      'Kubelet not asked, for no address of it is known here; rights not judged: this token belongs to {user}, not to the agent',
    otherUser: 'The apiserver takes us for {user}, but the credential is that of {expected}',
    otherPod: 'The token was made for pod {expected}, but the apiserver reports pod {pod}',
    otherNode: 'The token belongs to a pod on node {node}, but the settings say node {expected} ({source})',
    mayNotImpersonate: 'The apiserver does not let us ask in the name of {user} ({source}): our own user may not impersonate it',
    sawRefusal: 'SelfSubjectReview as {user}: 403',
    fixWithout: 'Ask as yourself: leave --as out, or take `as` out of the kubeconfig user',
    fixGrant: 'Or have an administrator grant `impersonate` on exactly this subject; whoever may impersonate holds its rights',
    nobody: 'the apiserver does not know us',
    notReviewed: 'the apiserver was not asked who we are',
    sawReview: 'SelfSubjectReview: {user}',
    sawBound: 'SelfSubjectReview: {user}, pod {pod} on node {node}',
    sawCredential: '{source}: {expected}',
    nameAgents: "Name the agent's ServiceAccount",
    beAgent: 'Or be the agent, where its processes are in sight and may be read: as root, in a debug pod of profile sysadmin',
    useAgents: "Or run it with a token of the agent's ServiceAccount (or in the agent's pod: kubectl exec)",
    useOwn: "Use the credential that is meant: the pod's own mounted token, no impersonation and no rewriting proxy on the way",
    ownToken: 'Use the token mounted in this pod, not a copy from another one, and set the node name from spec.nodeName',
  },
  causes: {
    'identity-unexpected': {
      title: 'unexpected identity',
      means:
        'The apiserver knows us, but as somebody else than the token says, or as a pod on another node than the settings say. Every right is then judged for that one.',
      happens:
        'A token copied out of another pod, a token file path that points at another mount, impersonation in the kubeconfig (`as:`), an authenticating proxy that puts its own identity in.',
      confirm: '`kubectl auth whoami` with the same credential, beside the `sub` and `kubernetes.io` claims of the token.',
      fix: "Mount the pod's own token and read it from there; a copied token also stops working when its pod is gone.",
      avoid: 'Do not grant the agent’s rights to the identity that was seen: the credential is the fault.',
    },
    'impersonation-forbidden': {
      title: 'impersonation forbidden',
      means:
        'Every request to the apiserver was made in the name of somebody else (`--as`, or `as` of the kubeconfig user), and the apiserver refused that before it looked at the request. Nothing is known of what that user may do.',
      happens:
        'The kubeconfig was copied from an administrator who may impersonate; the groups of `as-groups` need a right of their own; or the name is misspelt in the role that allows it.',
      confirm: '`kubectl auth can-i impersonate users/NAME` (or `serviceaccounts/NAME -n NAMESPACE`) as yourself, without `--as`.',
      fix: 'Ask as yourself and name the agent with `--service-account`: a SubjectAccessReview then answers without impersonation.',
      avoid: 'Do not grant `impersonate` on all users: it is cluster-admin by another name.',
    },
    'debug-pod-foreign-identity': {
      title: "debug pod without the agent's identity",
      means:
        "A pod of `kubectl debug` runs as ServiceAccount `default` of kubectl's current namespace. What that one may read says nothing of what the agent may.",
      happens: '`kubectl debug node/NODE` has no option for a ServiceAccount and mounts the default one.',
      confirm:
        'In the debug pod, where kubectl takes the mounted token by itself. It names system:serviceaccount:NAMESPACE:default:\n\n    kubectl auth whoami',
      fix: 'Name the agent’s account with `--service-account NAMESPACE/NAME`: its rights are asked about, or the commands are printed that ask. Or be the agent: `--agent-process auto` where its processes are in sight, or a token of its account (`kubectl -n NAMESPACE create token NAME`) with `--token-file`.',
      avoid: 'Never grant the agent’s rights to `default`: every pod of the namespace without its own account has them then.',
    },
  },
  judge(view, say) {
    const review = view.one('apiserver/identity');
    const us = seen(review);
    const place = seen(view.one('self/place'));
    const as = settingOf(view.one('self/settings'), 'apiserver.as');
    if (as && review.outcome.status === 'failed' && review.outcome.code === 'EIMPERSONATION') {
      const { value: user, source } = as;
      return {
        kind: 'problem',
        cause: 'impersonation-forbidden',
        severity: 'degrades',
        certainty: 'proven',
        title: say('mayNotImpersonate', { user, source: source.startsWith('--') ? source : `as of ${source}` }),
        features: [],
        evidence: [{ need: 'apiserver/identity', subject: '', saw: say('sawRefusal', { user }), reproduce: review.reproduce }],
        fixes: [
          { owner: ownerHere(place), changes: 'config', action: say('fixWithout'), verify: 'kubectl auth whoami' },
          { owner: 'cluster', changes: 'security', action: say('fixGrant') },
        ],
      };
    }
    if (!us) return { kind: 'cannot-tell', why: say('notReviewed'), wants: [] };
    if (us.user === ANONYMOUS) return { kind: 'not-applicable', why: say('nobody') };

    const { user, pod, node } = us;
    const saw = pod && node ? say('sawBound', { user, pod, node }) : say('sawReview', { user });
    const reviewed: Evidence = { need: 'apiserver/identity', subject: '', saw, reproduce: review.reproduce };
    const problem = { kind: 'problem' as const, certainty: 'proven' as const, features: [] };
    if (place?.place === 'debug-pod' && serviceAccountOf(user)?.name === 'default') {
      // Another was named: it is that one who is judged, or said not to be.
      const { outcome } = view.one('apiserver/account');
      if ((outcome.status === 'observed' || outcome.status === 'failed') && outcome.data?.from === 'flag') return { kind: 'pass' };
      const unasked = seen(view.one('kubelet/candidates'))?.length === 0;
      const reached = view.all('kubelet/http').some((fact) => seen(fact));
      const address = kubeletHost(settingOf(view.one('self/settings'), 'kubelet.host'), unasked);
      return {
        ...problem,
        cause: 'debug-pod-foreign-identity',
        severity: 'note',
        title: say(unasked ? 'debugPodUnasked' : reached ? 'debugPodReached' : 'debugPod', { user }),
        evidence: [reviewed],
        fixes: [
          fixBy('workstation', 'nothing', say('nameAgents'), shell(`kubelet-doctor${address} --service-account NAMESPACE/NAME`)),
          fixBy('workstation', 'nothing', say('beAgent'), shell('kubelet-doctor --agent-process auto')),
          {
            owner: 'cluster',
            changes: 'nothing',
            action: say('useAgents'),
            steps: WITH_TOKEN,
            form: 'shell',
            verify: 'kubelet-doctor --token-file agent.token',
          },
        ],
      };
    }

    // In whose name we ask is said by --as or the kubeconfig, and was confirmed: the credential is another's on purpose.
    if (as?.value === user) return { kind: 'pass' };
    const credentials = view.all('apiserver/credential');
    const token = credentialOf(credentials, 'token');
    const certificate = credentialOf(credentials, 'certificate');
    const subjects = [token?.token?.subject, certificate?.certificate && commonName(certificate.certificate.subject)].filter(
      (s) => s !== undefined,
    );
    const expected = subjects.join(' or ');
    const credential: Evidence = {
      need: 'apiserver/credential',
      subject: token ? 'token' : 'certificate',
      saw: say('sawCredential', { source: (token ?? certificate)?.source ?? '', expected: expected || '?' }),
    };
    const fix = (own: boolean): Fix => ({
      owner: ownerHere(place),
      changes: 'config',
      action: own ? say('ownToken') : say('useOwn'),
      verify: 'kubelet-doctor --verbose',
    });
    const unexpected = { ...problem, cause: 'identity-unexpected' as const };
    if (subjects.length > 0 && !subjects.includes(user))
      return {
        ...unexpected,
        severity: 'degrades',
        title: say('otherUser', { user, expected }),
        evidence: [reviewed, credential],
        fixes: [fix(false)],
      };
    const claimed = token?.token?.subject === user ? token.token.pod : undefined;
    if (claimed && pod && claimed !== pod)
      return {
        ...unexpected,
        severity: 'risk',
        title: say('otherPod', { pod, expected: claimed }),
        evidence: [reviewed, credential],
        fixes: [fix(false)],
      };
    // A node named by a flag is asked about on purpose, from wherever we are.
    const setting = settingOf(view.one('self/settings'), 'node');
    if (setting && setting.origin !== 'flag' && node && node !== setting.value) {
      const title = say('otherNode', { node, expected: setting.value, source: setting.source });
      return { ...unexpected, severity: 'risk', title, evidence: [reviewed], fixes: [fix(true)] };
    }
    return { kind: 'pass' };
  },
});

/** As it was given by flag; where nothing was known it has to be given. */
function kubeletHost(given: Setting | undefined, unasked: boolean): string {
  if (given?.origin === 'flag' && (isIp(given.value) || isDnsName(given.value))) return ` --kubelet-host ${shellQuote(given.value)}`;
  return unasked ? ' --kubelet-host ADDRESS' : '';
}

const WITH_TOKEN = ['kubectl -n NAMESPACE create token SERVICEACCOUNT > agent.token', 'kubelet-doctor --token-file agent.token'].join('\n');
