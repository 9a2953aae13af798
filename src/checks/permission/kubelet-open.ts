/**
 * Does the kubelet give its data to those who may not have it? Nobody first: what is open to nobody is open to all. Then authorization
 * that is off: the kubelet's own configuration proves it; a read that the apiserver would deny may also be an old decision, kept for 5 minutes.
 */
import { defineCheck, type Evidence, type Fix, type Message, type Problem } from '../../model/check.js';
import { KUBELET_SETTINGS } from '../shared/distributions.js';
import { agentsCandidate, agentsEndpoint } from '../shared/kubelet.js';
import { isOk, isSameCredential, kubeletReviews } from '../shared/kubelet-answers.js';
import { knownConfig } from '../shared/on-node.js';
import { answers, isPending, seen } from '../shared/read.js';

export const kubeletOpen = defineCheck({
  question: 'kubelet-open',
  asks: 'Does the kubelet keep its data from those who have no right to it?',
  target: 'kubelet',
  layer: 'authz',
  required: false,
  needs: [
    'kubelet/candidates',
    'kubelet/http',
    'kubelet/credential',
    'apiserver/credential',
    'apiserver/access',
    'apiserver/identity',
    'self/place',
    'self/kubelet-process',
    'self/kubelet-config',
  ],

  words: {
    anonymous: 'The kubelet at {endpoint} gives its pod list to anyone, without any credential',
    alwaysAllow: 'The kubelet at {endpoint} authorizes nobody: whoever is authenticated may do everything (AlwaysAllow)',
    seemsToAllow: 'The kubelet at {endpoint} lets {user} read {paths}, which the apiserver denies',
    notAsked: 'the kubelet did not answer',
    waiting: 'the kubelet has not answered yet',
    remembers: 'a right was taken away; the kubelet remembers its old decision for up to 5 minutes',
    sawPods: '{status}: {items} pods, no credential sent',
    anonymousHere:
      'The kubelet of this node gives everything to anyone: anonymous access is on and authorization is AlwaysAllow ({origin})',
    alwaysAllowHere: 'The kubelet of this node authorizes nobody: whoever is authenticated may do everything ({origin})',
    sawConfig: '{key}: {value} ({origin})',
    sawMode: '/configz: authorization.mode {mode}',
    sawAnswer: '{status} as {user}',
    sawDenied: 'apiserver: {user} may not get {denied}',
    close:
      'Close it on the node: anonymous off, webhook authentication and authorization on, then restart. From then on the agent needs rights of its own',
    authorize: 'Let the kubelet ask the apiserver who may do what, then restart it. From then on the agent needs rights of its own',
  },
  causes: {
    'kubelet-anonymous-access': {
      title: 'kubelet open to everyone',
      means:
        'GET /pods without a credential answers 200. Everything in the pods of that node, environment variables included, is readable from the network; with authorization AlwaysAllow commands can be run in every container.',
      happens:
        'A kubelet run by flags, without a configuration file: anonymous access is on and authorization is AlwaysAllow by default. Or somebody bound rights to system:anonymous or system:unauthenticated to get past a 403.',
      distributions: KUBELET_SETTINGS,
      confirm: '`curl -sk https://NODE:10250/pods | head -c 200` prints a PodList.',
      fix: 'anonymous off, webhook authentication on, authorization Webhook; look for bindings with `kubectl get clusterrolebindings -o wide | grep -E "anonymous|unauthenticated"`. Give the agent its own rights first, or it loses what it reads now.',
      avoid:
        'Do not count on a firewall alone: every pod of the cluster is behind it. Do not leave it open for an agent that has no token.',
    },
    'kubelet-always-allow': {
      title: 'kubelet authorizes everyone',
      means:
        'Whoever authenticates, any ServiceAccount of the cluster, may read everything of the kubelet and run commands in its containers.',
      happens: '`authorization.mode: AlwaysAllow`, the default of a kubelet run by flags (microk8s among others).',
      distributions: KUBELET_SETTINGS,
      confirm:
        '`kubectl get --raw /api/v1/nodes/NODE/proxy/configz` shows `"authorization":{"mode":"AlwaysAllow"`. A decision kept in the cache looks the same for up to 5 minutes after a right was taken away: ask again after that.',
      fix: 'authorization.mode: Webhook, and a ClusterRole for the agent with exactly the nodes/ subresources it reads.',
      avoid: 'Do not switch it before the agent has its ClusterRole: it loses the kubelet at that moment.',
    },
  },
  judge(view, say) {
    const endpoint = agentsEndpoint(view.one('kubelet/candidates')) ?? '';
    const http = view.all('kubelet/http');
    const byNobody = view.one('kubelet/http', 'nobody GET /pods');
    const nobody = seen(byNobody);
    if (nobody && isOk(nobody) && nobody.voice === 'kubelet') {
      const saw = say('sawPods', { status: nobody.status, items: nobody.payload?.items ?? '?' });
      return {
        kind: 'problem',
        cause: 'kubelet-anonymous-access',
        severity: 'risk',
        certainty: 'proven',
        title: say('anonymous', { endpoint }),
        features: [],
        evidence: [{ need: 'kubelet/http', subject: byNobody.subject, saw, reproduce: byNobody.reproduce }],
        fixes: [onNode(say('close'), CLOSED)],
      };
    }

    // On the node itself its own configuration decides. Anonymous access beside webhook authorization opens nothing by itself.
    const config = knownConfig(
      view.one('self/kubelet-config'),
      view.one('self/kubelet-process'),
      seen(view.one('self/place')),
      agentsCandidate(view.one('kubelet/candidates')),
    );
    const configured = (key: 'authentication.anonymous.enabled' | 'authorization.mode'): Evidence[] =>
      config ? [config.cite(say('sawConfig', { key, value: String(config.values[key]), origin: config.origin(key) }))] : [];
    if (config?.values['authorization.mode'] === 'AlwaysAllow') {
      const anyone = config.values['authentication.anonymous.enabled'];
      const origin = config.origin('authorization.mode');
      return {
        kind: 'problem',
        cause: anyone ? 'kubelet-anonymous-access' : 'kubelet-always-allow',
        severity: 'risk',
        certainty: 'proven',
        title: anyone ? say('anonymousHere', { origin }) : say('alwaysAllowHere', { origin }),
        features: [],
        evidence: [...(anyone ? configured('authentication.anonymous.enabled') : []), ...configured('authorization.mode')],
        fixes: [anyone ? onNode(say('close'), CLOSED) : onNode(say('authorize'), WEBHOOK)],
      };
    }

    const read = http.filter((f) => answers([f]).some((a) => isOk(a) && a.voice === 'kubelet'));
    const mode = answers(read).find((a) => a.payload?.kubelet?.authorizationMode)?.payload?.kubelet?.authorizationMode;
    const configz = read.find((f) => f.subject.endsWith(' /configz'));
    const alwaysAllow = (certain: boolean, title: Message, evidence: Evidence[]): Problem<'kubelet-always-allow'> => ({
      kind: 'problem',
      cause: 'kubelet-always-allow',
      severity: 'risk',
      certainty: certain ? 'proven' : 'suspected',
      ...(certain
        ? {}
        : {
            alternatives: ['kubelet-decision-cached'],
            wants: [{ need: 'kubelet/http', subject: 'token GET /configz', elsewhere: SHOW_MODE }],
          }),
      title,
      features: [],
      evidence,
      fixes: [onNode(say('authorize'), WEBHOOK)],
    });
    if (configz && mode === 'AlwaysAllow') {
      const saw = say('sawMode', { mode });
      return alwaysAllow(true, say('alwaysAllow', { endpoint }), [
        { need: 'kubelet/http', subject: configz.subject, saw, reproduce: configz.reproduce },
      ]);
    }

    const identity = seen(view.one('apiserver/identity'));
    const as = answers(read)[0]?.as;
    const judged = as !== undefined && isSameCredential(view.all('kubelet/credential'), view.all('apiserver/credential'), as);
    const reviews = kubeletReviews(view.all('apiserver/access'), identity?.user);
    if (identity && judged && reviews.length > 0 && reviews.every((r) => !r.allowed)) {
      if (mode) return { kind: 'pass', note: say('remembers') };
      const user = identity.user;
      const paths = answers(read).map((a) => a.path);
      const denied = reviews.map((r) => `nodes/${r.subresource}`).join(', ');
      return alwaysAllow(false, say('seemsToAllow', { endpoint, user, paths: paths.join(', ') }), [
        { need: 'kubelet/http', subject: read[0]!.subject, saw: say('sawAnswer', { status: 200, user }), reproduce: read[0]!.reproduce },
        { need: 'apiserver/access', subject: 'get nodes/proxy', saw: say('sawDenied', { user, denied }) },
      ]);
    }
    if (http.some(isPending)) return { kind: 'cannot-tell', why: say('waiting'), wants: [] };
    return nobody || read.length > 0 ? { kind: 'pass' } : { kind: 'cannot-tell', why: say('notAsked'), wants: [] };
  },
});

const WEBHOOK = 'authorization:\n  mode: Webhook';
const CLOSED = 'authentication:\n  anonymous:\n    enabled: false\n  webhook:\n    enabled: true\nauthorization:\n  mode: Webhook';
const SHOW_MODE = 'kubectl get --raw /api/v1/nodes/NODE/proxy/configz';

function onNode(action: Message, steps: string): Fix {
  return { owner: 'node', changes: 'restart', action, steps, form: 'kubelet-config', verify: 'kubelet-doctor' };
}
