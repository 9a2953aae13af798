/** Can this place have a credential of its own at all? Where it cannot, a missing token is no fault of the manifest. */

import { shellQuote } from '../../kubernetes/names.js';
import { SERVICE_ACCOUNT_DIRECTORY } from '../../kubernetes/service-account.js';
import { debugPodCommand } from '../../manifests/debug-command.js';
import { type CauseDocs, defineCheck, type Feature, type Say, type Verdict, type View } from '../../model/check.js';
import type { Fact, Place } from '../../model/facts.js';
import { asksAsKubelet } from '../authentication/shared/replayed.js';
import { apiserverFeatures, inPod, judgesAnAgent, ownPod } from '../shared/apiserver.js';
import { cite, citeBy } from '../shared/cite.js';
import { type AnswerOf, firstThatHolds, given, otherwise, type Row } from '../shared/decide.js';
import { byHand, fixBy, shell } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../shared/kubelet.js';
import { cannotTell, type Grounds, pass, problem, suspected } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { failure, seen } from '../shared/read.js';

/** Written by us, and checked all the same: the process id comes from /proc. */
const NEIGHBOUR = /^\/proc\/(\d+)\/root(?:\/var)?\/run\/secrets\/kubernetes\.io\/serviceaccount\/token$/;

const NEEDS = ['self/place', 'self/mounts', 'self/settings', 'apiserver/credential', 'kubelet/credential'] as const;

const WORDS = {
  ephemeral: 'This debug container has no token; the container of process {pid} has one',
  perhaps: 'No token is mounted here: an ephemeral container gets none by itself',
  hostInstall: 'The agent on this host has neither a token nor a client certificate',
  notLooked: 'no credential has been read yet',
  sawNeighbour: 'the same pod has a token at {path}',
  sawNoMount: 'no ServiceAccount token is mounted here',
  sawNothing: 'no token, no client certificate, no kubeconfig user; not in a pod',
  fixBe: 'Use the environment, files and token of process {pid}',
  fixCustom: "Add a debug container with the pod's token (set IMAGE)",
  fixTrace: "Or check as the agent's process: as root, in a --target container",
  fixCertificate: 'Give the agent a client certificate and a kubeconfig',
  fixToken: 'Or give it a ServiceAccount token, renewed before it expires',
  fixPod: 'Or run the agent as a DaemonSet, which mounts and renews a token',
} as const;

const CAUSES = {
  'ephemeral-container-without-token': {
    title: 'ephemeral container without a token',
    means:
      "Kubernetes mounts the ServiceAccount token only into the containers of the pod template. An ephemeral container (`kubectl debug POD`) has the service variables and the pod's network, but no token.",
    happens:
      '`kubectl debug -it POD --image=… --target=agent` adds a container without volume mounts: Kubernetes adds no token to it (KEP-277).',
    confirm: '`ls /var/run/secrets/kubernetes.io/serviceaccount` fails here and works in `kubectl exec POD -c agent`.',
    fix: "Check as the agent's process: `--agent-process auto`, in a container with `--target`, as the same user or as root with the right to trace (SYS_PTRACE). Or mount the pod's `kube-api-access-…` volume with `--custom`; `kubelet-doctor manifest debug --pod POD` prints how. Nothing restarts.",
    avoid: 'Do not set automountServiceAccountToken: it is already on, and ephemeral containers do not get the mount by themselves.',
  },
  'host-install-without-credentials': {
    title: 'agent on the host without credentials',
    means:
      'An agent installed as a package has no ServiceAccount. Without a client certificate or a token file the kubelet answers 401, and the apiserver treats it as system:anonymous.',
    happens:
      "The host agent was configured with the kubelet's address only. Or the kubelet's read-only port, which needs no credential, was closed.",
    confirm:
      'On that machine:\n\n    datadog-agent config | grep -E \\\n      "kubelet_client_crt|kubelet_auth_token_path|kubernetes_kubeconfig_path"',
    fix: "A client certificate with O=agents and a ClusterRoleBinding for it, or a bound token of a ServiceAccount with the agent's permissions, in a file.",
    avoid:
      "Never use the kubelet's or the administrator's kubeconfig: it can do everything. Never open port 10255 or anonymous access for one agent.",
  },
} as const satisfies Record<string, CauseDocs>;

type Cause = keyof typeof CAUSES;

export const ownCredential = defineCheck({
  question: 'own-credential',
  asks: 'Does this process have its own credential?',
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
  missing: Fact<'credential'> | undefined;
  mounts: Fact<'mounts'>;
  /** A container of the same pod that has a token. */
  neighbour: { pid: string; path: string } | undefined;
  witness: Grounds;
}

function read(view: View<(typeof NEEDS)[number]>): Clues {
  const place = seen(view.one('self/place'));
  const settings = view.one('self/settings');
  const [ours, kubelets] = [view.all('apiserver/credential'), view.all('kubelet/credential')];
  // The kubelet's own name is none of the agent's.
  const agents = asksAsKubelet(settings) && place?.place === 'node' ? kubelets : [...ours, ...kubelets];
  const mounts = view.one('self/mounts');
  const path = seen(mounts)?.neighbourToken;
  const [, pid] = (path && NEIGHBOUR.exec(path)) ?? [];
  return {
    place,
    settings,
    held: agents.some((fact) => (seen(fact)?.as ?? 'nobody') !== 'nobody'),
    missing: agents.find((fact) => failure(fact) === 'ENOENT' || seen(fact)?.as === 'nobody'),
    mounts,
    neighbour: path && pid ? { pid, path } : undefined,
    witness: agents,
  };
}

const DECISION = [
  ['held', (c) => c.held],
  ['not-looked', (c) => !c.place || c.missing === undefined],
  ['ephemeral', (c) => inPod(c.place) && c.neighbour !== undefined],
  // Our own variables would be the agent's: then it is the agent's container, and its manifest that lacks the mount.
  ['perhaps-ephemeral', ({ place }) => place?.place === 'pod' && place.noToken === true && place.serviceEnvironment],
  ['no-agent', ({ place, settings }) => place?.place !== 'node' || !judgesAnAgent(place, settings)],
  ['host-install', otherwise],
] as const satisfies readonly Row<string, Clues>[];

type Says = (clues: Clues, say: Say<typeof WORDS>) => Verdict<Cause>;

const ANSWERS: Record<AnswerOf<typeof DECISION>, Says> = {
  held: ({ witness }) => pass(witness),
  'no-agent': ({ witness }) => pass(witness),
  'not-looked': (_, say) => cannotTell(say('notLooked')),

  ephemeral: (clues, say) => {
    const { pid, path } = given(clues.neighbour);
    const be = `kubelet-doctor --agent-process ${pid}`;
    return problem('ephemeral-container-without-token', {
      proof: inTheirWords(given(clues.missing), clues.mounts),
      title: say('ephemeral', { pid }),
      features: lost(clues),
      evidence: [
        cite(given(clues.missing), say('sawNoMount')),
        citeBy('self/mounts', '', say('sawNeighbour', { path }), `ls -l ${shellQuote(path)}`),
      ],
      fixes: [
        fixBy('workstation', 'nothing', say('fixBe', { pid }), { ...shell(be), verify: be }),
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
      proof: inTheirWords(given(clues.missing)),
      title: say('hostInstall'),
      features: lost(clues),
      evidence: [cite(given(clues.missing), say('sawNothing'))],
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
