/** Can this place have a credential of its own at all? Where it cannot, a missing token is no fault of the manifest. */

import { shellQuote } from '../../kubernetes/names.js';
import { SERVICE_ACCOUNT_DIRECTORY } from '../../kubernetes/service-account.js';
import { debugPodCommand } from '../../manifests/debug-command.js';
import { type CauseDocs, defineCheck, type Feature, type Say, type Verdict, type View } from '../../model/check.js';
import type { Fact, Place } from '../../model/facts.js';
import { asksAsKubelet } from '../authentication/shared/replayed.js';
import { apiserverFeatures, inPod, judgesAnAgent, ownPod } from '../shared/apiserver.js';
import { citeBy } from '../shared/cite.js';
import { type AnswerOf, firstThatHolds, given, otherwise, type Row } from '../shared/decide.js';
import { byHand, fixBy, shell } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../shared/kubelet.js';
import { cannotTell, pass, problem, suspected } from '../shared/problem.js';
import { failure, seen } from '../shared/read.js';

/** Written by us, and checked all the same: the process id comes from /proc. */
const NEIGHBOUR = /^\/proc\/(\d+)\/root(?:\/var)?\/run\/secrets\/kubernetes\.io\/serviceaccount\/token$/;

const NEEDS = ['self/place', 'self/mounts', 'self/settings', 'apiserver/credential', 'kubelet/credential'] as const;

const WORDS = {
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
} as const;

const CAUSES = {
  'ephemeral-container-without-token': {
    title: 'ephemeral container without a token',
    means:
      "Kubernetes mounts the ServiceAccount token into containers of the pod's template only. An ephemeral container (`kubectl debug POD`) has the service variables and the pod's network, and no token.",
    happens:
      '`kubectl debug -it POD --image=… --target=agent` adds a container without volume mounts; its API has none for tokens by itself (KEP-277).',
    confirm: '`ls /var/run/secrets/kubernetes.io/serviceaccount` fails here, and works in `kubectl exec POD -c agent`.',
    fix: "Be the agent of its process: `--agent-process auto`, as the same user or root, in a container with `--target`. Or mount the pod's `kube-api-access-…` volume with `--custom`; `kubelet-doctor manifest debug --pod POD` prints how. Nothing restarts.",
    avoid: 'Do not set automountServiceAccountToken: it is on already, and ephemeral containers never get the mount.',
  },
  'host-install-without-credentials': {
    title: 'agent on the host without credentials',
    means:
      'An agent installed as a package of the machine has no ServiceAccount. Without a client certificate or a token file the kubelet answers 401, and the apiserver answers as to system:anonymous.',
    happens:
      "The host agent was given the address of the kubelet and nothing else; or the kubelet's read-only port, which needed no credential, was closed.",
    confirm:
      'On that machine:\n\n    datadog-agent config | grep -E \\\n      "kubelet_client_crt|kubelet_auth_token_path|kubernetes_kubeconfig_path"',
    fix: 'A client certificate with O=agents and a ClusterRoleBinding for it, or a bound token in a file.',
    avoid:
      "Never use the kubelet's or the admin's own kubeconfig, which may do everything; never open 10255 or anonymous access for one agent.",
  },
} as const satisfies Record<string, CauseDocs>;

type Cause = keyof typeof CAUSES;

export const ownCredential = defineCheck({
  question: 'own-credential',
  asks: 'Is this a place that has a credential of its own?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = read(view);
    return ANSWERS[firstThatHolds(DECISION, clues)](clues, say);
  },
});

interface Clues {
  place: Place | undefined;
  settings: Fact<'settings'>;
  /** A credential of the agent was found, or was looked for and is not there. */
  held: boolean;
  missing: boolean;
  /** A container of the same pod that has a token. */
  neighbour: { pid: string; path: string } | undefined;
}

function read(view: View<(typeof NEEDS)[number]>): Clues {
  const place = seen(view.one('self/place'));
  const settings = view.one('self/settings');
  const [ours, kubelets] = [view.all('apiserver/credential'), view.all('kubelet/credential')];
  // The kubelet's own name is none of the agent's.
  const agents = asksAsKubelet(settings) && place?.place === 'node' ? kubelets : [...ours, ...kubelets];
  const path = seen(view.one('self/mounts'))?.neighbourToken;
  const [, pid] = (path && NEIGHBOUR.exec(path)) ?? [];
  return {
    place,
    settings,
    held: agents.some((fact) => (seen(fact)?.as ?? 'nobody') !== 'nobody'),
    missing: agents.some((fact) => failure(fact) === 'ENOENT' || seen(fact)?.as === 'nobody'),
    neighbour: path && pid ? { pid, path } : undefined,
  };
}

const DECISION = [
  ['held', (c) => c.held],
  ['not-looked', (c) => !c.place || !c.missing],
  ['ephemeral', (c) => inPod(c.place) && c.neighbour !== undefined],
  // Our own variables would be the agent's: then it is the agent's container, and its manifest that lacks the mount.
  ['perhaps-ephemeral', ({ place }) => place?.place === 'pod' && place.noToken === true && place.serviceEnvironment],
  ['no-agent', ({ place, settings }) => place?.place !== 'node' || !judgesAnAgent(place, settings)],
  ['host-install', otherwise],
] as const satisfies readonly Row<string, Clues>[];

type Says = (clues: Clues, say: Say<typeof WORDS>) => Verdict<Cause>;

const ANSWERS: Record<AnswerOf<typeof DECISION>, Says> = {
  held: () => pass(),
  'no-agent': () => pass(),
  'not-looked': (_, say) => cannotTell(say('notLooked')),

  ephemeral: (clues, say) => {
    const { pid, path } = given(clues.neighbour);
    const be = `kubelet-doctor --agent-process ${pid}`;
    return problem('ephemeral-container-without-token', {
      title: say('ephemeral', { pid }),
      features: lost(clues),
      evidence: [citeBy('self/mounts', '', say('sawNeighbour', { path }), `ls -l ${shellQuote(path)}`)],
      fixes: [
        fixBy('workstation', 'nothing', say('fixBe'), { ...shell(be), verify: be }),
        fixBy('workstation', 'nothing', say('fixCustom'), shell(debugContainer(clues))),
      ],
    });
  },
  'perhaps-ephemeral': (clues, say) => {
    const { name, namespace } = podOf(clues);
    const elsewhere = `kubectl get pod ${name} -n ${namespace} -o jsonpath='{.spec.ephemeralContainers[*].name}'`;
    return problem('ephemeral-container-without-token', {
      ...suspected(['token-missing'], [{ need: 'self/mounts', elsewhere }]),
      title: say('perhaps'),
      features: lost(clues),
      evidence: [citeBy('self/place', '', say('sawNoMount'), `ls ${SERVICE_ACCOUNT_DIRECTORY}`)],
      fixes: [
        fixBy('workstation', 'nothing', say('fixCustom'), shell(debugContainer(clues))),
        fixBy('workstation', 'nothing', say('fixTrace'), shell('kubelet-doctor --agent-process auto')),
      ],
    });
  },
  'host-install': (clues, say) =>
    problem('host-install-without-credentials', {
      title: say('hostInstall'),
      features: lost(clues),
      evidence: [citeBy('apiserver/credential', 'none', say('sawNothing'))],
      fixes: [
        fixBy('node', 'config', say('fixCertificate'), byHand(linesOf(FILES))),
        fixBy('node', 'config', say('fixToken'), byHand('DD_KUBELET_AUTH_TOKEN_PATH=/etc/datadog-agent/kubelet.token')),
        fixBy('cluster', 'config', say('fixPod')),
      ],
    }),
};

function lost({ settings }: Clues): Feature[] {
  return [...ALL_KUBELET_FEATURES, ...apiserverFeatures(settings)];
}

function podOf({ place }: Clues): { name: string; namespace: string } {
  return ownPod(place) ?? { name: 'POD', namespace: 'NAMESPACE' };
}

function debugContainer(clues: Clues): string {
  const { name, namespace } = podOf(clues);
  return debugPodCommand({ pod: name, container: 'agent', namespace, image: 'IMAGE' });
}

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
