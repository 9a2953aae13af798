/** Can this place have a credential of its own at all? Where it cannot, a missing token is no fault of the manifest. */
import { defineCheck } from '../model/check.js';
import type { Place } from '../model/facts.js';
import { apiserverFeatures, inPod, judgesAnAgent } from './support/apiserver.js';
import { byHand, fixBy, shell } from './support/fix.js';
import { ALL_KUBELET_FEATURES } from './support/kubelet.js';
import { isDnsName, shellQuote } from './support/quote.js';
import { failure, seen } from './support/read.js';
import { asksAsKubelet } from './support/replayed.js';

/** Written by us, and checked all the same: the process id comes from /proc. */
const NEIGHBOUR = /^\/proc\/\d+\/root\/var\/run\/secrets\/kubernetes\.io\/serviceaccount\/token$/;

export const ownCredential = defineCheck({
  question: 'own-credential',
  asks: 'Is this a place that has a credential of its own?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/place', 'self/mounts', 'self/settings', 'apiserver/credential', 'kubelet/credential'],
  words: {
    ephemeral: "This is an ephemeral container: it has no token of its own, the pod's other container has one ({path})",
    hostInstall:
      'The agent runs on the host itself, with neither a token nor a client certificate: kubelet and apiserver take it for a stranger',
    notLooked: 'no credential was looked at yet',
    sawNeighbour: 'no token mounted here; one in the same pod, at {path}',
    sawNothing: 'no token, no client certificate, no kubeconfig user; not in a pod',
    fixRead: "Read the token of the agent's container from here",
    fixCustom:
      "Or add another debug container that has the pod's own token: at a workstation this prints the kubectl debug command with its --custom file",
    fixCertificate: 'Give the agent a client certificate that kubelet and apiserver accept, and a kubeconfig for the apiserver',
    fixToken: 'Or a token of a ServiceAccount with the rights of an agent, renewed before it expires',
    fixPod: 'Or run the agent as a DaemonSet: its token is then mounted and renewed',
  },
  causes: {
    'ephemeral-container-without-token': {
      title: 'ephemeral container without a token',
      means:
        'Kubernetes mounts the ServiceAccount token into containers of the pod’s template only. An ephemeral container (`kubectl debug POD`) has the service variables and the pod’s network, and no token.',
      happens:
        '`kubectl debug -it POD --image=… --target=agent` adds a container without volume mounts; its API has none for tokens by itself (KEP-277).',
      confirm: '`ls /var/run/secrets/kubernetes.io/serviceaccount` fails here, and works in `kubectl exec POD -c agent`.',
      fix: 'Use the target’s files below /proc/PID/root, as the same user or root; or mount the pod’s `kube-api-access-…` volume with `--custom`. Nothing restarts.',
      avoid: 'Do not set automountServiceAccountToken: it is on already, and ephemeral containers never get the mount.',
    },
    'host-install-without-credentials': {
      title: 'agent on the host without credentials',
      means:
        'An agent installed as a package of the machine has no ServiceAccount. Without a client certificate or a token file the kubelet answers 401, and the apiserver answers as to system:anonymous.',
      happens:
        'The host agent was given the address of the kubelet and nothing else; or the kubelet’s read-only port, which needed no credential, was closed.',
      confirm:
        'On that machine:\n\n    datadog-agent config | grep -E \\\n      "kubelet_client_crt|kubelet_auth_token_path|kubernetes_kubeconfig_path"',
      fix: 'A client certificate with O=agents and a ClusterRoleBinding for it, or a bound token in a file.',
      avoid:
        'Never use the kubelet’s or the admin’s own kubeconfig, which may do everything; never open 10255 or anonymous access for one agent.',
    },
  },
  judge(view, say) {
    const place = seen(view.one('self/place'));
    const settings = view.one('self/settings');
    const ours = view.all('apiserver/credential');
    const features = [...ALL_KUBELET_FEATURES, ...apiserverFeatures(settings)];
    const problem = { kind: 'problem', severity: 'blocks', certainty: 'proven', features } as const;
    // The kubelet's own name is none of the agent's.
    const agents = asksAsKubelet(settings) ? view.all('kubelet/credential') : [...ours, ...view.all('kubelet/credential')];
    const held = agents.some((fact) => (seen(fact)?.as ?? 'nobody') !== 'nobody');
    if (held) return { kind: 'pass' };
    const isMissing = agents.some((fact) => failure(fact) === 'ENOENT' || seen(fact)?.as === 'nobody');
    if (!place || !isMissing) return { kind: 'cannot-tell', why: say('notLooked'), wants: [] };

    const path = seen(view.one('self/mounts'))?.neighbourToken;
    if (inPod(place) && path && NEIGHBOUR.test(path)) {
      const ca = path.replace(/token$/, 'ca.crt');
      return {
        ...problem,
        cause: 'ephemeral-container-without-token',
        title: say('ephemeral', { path }),
        evidence: [{ need: 'self/mounts', subject: '', saw: say('sawNeighbour', { path }), reproduce: `ls -l ${shellQuote(path)}` }],
        fixes: [
          fixBy('agent', 'nothing', say('fixRead'), shell(`kubelet-doctor --token-file ${path} --kubelet-ca ${ca} --apiserver-ca ${ca}`)),
          fixBy('agent', 'nothing', say('fixCustom'), shell(`kubelet-doctor manifest debug --namespace NAMESPACE --pod ${podName(place)}`)),
        ],
      };
    }
    if (place.place !== 'node' || !judgesAnAgent(place, settings)) return { kind: 'pass' };
    return {
      ...problem,
      cause: 'host-install-without-credentials',
      title: say('hostInstall'),
      evidence: [{ need: 'apiserver/credential', subject: 'none', saw: say('sawNothing') }],
      fixes: [
        fixBy('node', 'config', say('fixCertificate'), byHand(linesOf(FILES))),
        fixBy('node', 'config', say('fixToken'), byHand('DD_KUBELET_AUTH_TOKEN_PATH=/etc/datadog-agent/kubelet.token')),
        fixBy('cluster', 'config', say('fixPod')),
      ],
    };
  },
});

const FILES = {
  DD_KUBELET_CLIENT_CRT: '/etc/datadog-agent/kubelet-client.crt',
  DD_KUBELET_CLIENT_KEY: '/etc/datadog-agent/kubelet-client.key',
  DD_KUBERNETES_KUBECONFIG_PATH: '/etc/datadog-agent/kubeconfig',
};

/** Files that a person must make first. */
function linesOf(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}

/** In a network of its own a pod's host name is the pod's; in the host's it is the node's. */
function podName({ vantage, hostName }: Place): string {
  return vantage === 'pod-network' && isDnsName(hostName) ? hostName : 'POD';
}
