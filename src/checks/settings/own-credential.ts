/** Can this place have a credential of its own at all? Where it cannot, a missing token is no fault of the manifest. */

import { shellQuote } from '../../kubernetes/names.js';
import { debugPodCommand } from '../../manifests/debug-command.js';
import { defineCheck } from '../../model/check.js';
import { asksAsKubelet } from '../authentication/replayed.js';
import { apiserverFeatures, inPod, judgesAnAgent, ownPod } from '../shared/apiserver.js';
import { byHand, fixBy, shell } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../shared/kubelet.js';
import { failure, seen } from '../shared/read.js';

/** Written by us, and checked all the same: the process id comes from /proc. */
const NEIGHBOUR = /^\/proc\/(\d+)\/root(?:\/var)?\/run\/secrets\/kubernetes\.io\/serviceaccount\/token$/;

export const ownCredential = defineCheck({
  question: 'own-credential',
  asks: 'Is this a place that has a credential of its own?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/place', 'self/mounts', 'self/settings', 'apiserver/credential', 'kubelet/credential'],
  words: {
    ephemeral: 'This is an ephemeral container: it has no token of its own; the container of process {pid} has one',
    perhaps: 'There is no token here, as in every ephemeral container, or the pod has none at all',
    hostInstall:
      'The agent runs on the host itself, with neither a token nor a client certificate: kubelet and apiserver take it for a stranger',
    notLooked: 'no credential was looked at yet',
    sawNeighbour: 'no token mounted here; one in the same pod, at {path}',
    sawNoMount: 'no ServiceAccount is mounted here',
    sawNothing: 'no token, no client certificate, no kubeconfig user; not in a pod',
    fixBe: 'Be the agent of that process: its environment, its files and its token',
    fixCustom: "Add a debug container that has the pod's own token, at a workstation (IMAGE is yours)",
    fixTrace: 'Or be the agent of its process: as root with the right to trace, in a debug container with --target',
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
      fix: 'Be the agent of its process: `--agent-process auto`, as the same user or root, in a container with `--target`. Or mount the pod’s `kube-api-access-…` volume with `--custom`; `kubelet-doctor manifest debug --pod POD` prints how. Nothing restarts.',
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
    const agents =
      asksAsKubelet(settings) && place?.place === 'node' ? view.all('kubelet/credential') : [...ours, ...view.all('kubelet/credential')];
    const held = agents.some((fact) => (seen(fact)?.as ?? 'nobody') !== 'nobody');
    if (held) return { kind: 'pass' };
    const isMissing = agents.some((fact) => failure(fact) === 'ENOENT' || seen(fact)?.as === 'nobody');
    if (!place || !isMissing) return { kind: 'cannot-tell', why: say('notLooked'), wants: [] };

    const path = seen(view.one('self/mounts'))?.neighbourToken;
    const [, pid] = (path && NEIGHBOUR.exec(path)) ?? [];
    const pod = ownPod(place);
    const custom = debugPodCommand({
      pod: pod?.name ?? 'POD',
      container: 'agent',
      namespace: pod?.namespace ?? 'NAMESPACE',
      image: 'IMAGE',
    });
    const cause = 'ephemeral-container-without-token';
    if (inPod(place) && path && pid) {
      const be = `kubelet-doctor --agent-process ${pid}`;
      return {
        ...problem,
        cause,
        title: say('ephemeral', { pid }),
        evidence: [{ need: 'self/mounts', subject: '', saw: say('sawNeighbour', { path }), reproduce: `ls -l ${shellQuote(path)}` }],
        fixes: [
          fixBy('workstation', 'nothing', say('fixBe'), { ...shell(be), verify: be }),
          fixBy('workstation', 'nothing', say('fixCustom'), shell(custom)),
        ],
      };
    }
    // Our own variables would be the agent's: then it is the agent's container, and its manifest that lacks the mount.
    if (place.place === 'pod' && place.noToken && place.serviceEnvironment) {
      const ephemerals = `kubectl get pod ${pod?.name ?? 'POD'} -n ${pod?.namespace ?? 'NAMESPACE'} -o jsonpath='{.spec.ephemeralContainers[*].name}'`;
      return {
        ...problem,
        cause,
        certainty: 'suspected',
        alternatives: ['token-missing'],
        wants: [{ need: 'self/mounts', elsewhere: ephemerals }],
        title: say('perhaps'),
        evidence: [
          { need: 'self/place', subject: '', saw: say('sawNoMount'), reproduce: 'ls /var/run/secrets/kubernetes.io/serviceaccount' },
        ],
        fixes: [
          fixBy('workstation', 'nothing', say('fixCustom'), shell(custom)),
          fixBy('workstation', 'nothing', say('fixTrace'), shell('kubelet-doctor --agent-process auto')),
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
