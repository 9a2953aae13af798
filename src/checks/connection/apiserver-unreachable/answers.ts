/** What `apiserver-unreachable` says of each answer. */
import { hostOf, isIp } from '../../../kubernetes/names.js';
import type { Evidence, Fix, Message, Problem, Verdict, Want } from '../../../model/check.js';
import { apiserverFeatures, ownerHere, ownNode, ownPod } from '../../shared/apiserver.js';
import { cite, citeBy } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { env, fixBy, shell } from '../../shared/fix.js';
import { type Basis, cannotTell, pass, problem, type Said, suspected } from '../../shared/problem.js';
import { inTheirWords, speaks, twoWitnesses } from '../../shared/proof.js';
import { namedBy } from '../shared/named-by.js';
import type { Cause } from './causes.js';
import type { Clues, WayIn } from './clues.js';
import type { Answer } from './decision.js';
import type { Words } from './words.js';

const LOOK = 'kubectl get --raw "/readyz?verbose"';
const OWN_LOG = 'crictl ps -a --name kube-apiserver\ncrictl logs --tail 50 "$(crictl ps -a -q --name kube-apiserver | head -n 1)"';
const ENDPOINTS = 'kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes -o wide';

const RESET = 'apiserver-connection-reset';
const REFUSED = 'apiserver-connection-refused';
const NO_ROUTE = 'apiserver-no-route';

type Says = (clues: Clues, say: Words) => Verdict<Cause>;

export const ANSWERS: Record<Answer, Says> = {
  'not-tried': (_, say) => cannotTell(say('notTried')),
  'environment-missing': (clues, say) =>
    noAddress('service-environment-missing', clues, say, {
      title: say('noEnvironment'),
      fixes: [dial('kubernetes.default.svc', 443, say('fixName')), fixBy('agent', 'restart', say('fixRecreate'))],
    }),
  'address-unset': (clues, say) =>
    noAddress('apiserver-address-unset', clues, say, {
      // In a node's shell the kubelet can be judged without it: it must not stand before what is wrong there.
      severity: clues.place?.place === 'node' && !clues.place.agentEnvironment ? 'degrades' : 'blocks',
      title: say('noAddress'),
      fixes: [fixBy(ownerHere(clues.place), 'config', say('fixKubeconfig'))],
    }),
  connected: ({ tries, witness }, say) => pass(witness, tries.length > 0 ? say('otherFails', { failing: tries.join(', ') }) : undefined),
  waiting: (clues, say) => cannotTell(say('waiting', { endpoint: clues.endpoint }), deciding(clues)),

  'service-broken': (clues, say) => {
    const { endpoint: working, fact } = given(clues.working);
    return problem('service-address-broken', {
      proof: twoWitnesses(given(clues.failed), fact),
      wants: deciding(clues),
      title: say('serviceBroken', { service: clues.endpoint }),
      features: apiserverFeatures(clues.settings),
      evidence: quoted(clues, say),
      fixes: [...mendRouting(clues, say), dial(hostOf(working), Number(/(?<!\d)\d+$/.exec(working)?.[0]), say('fixBypass'))],
    });
  },

  reset: fails(RESET, ({ endpoint }, say) => ({
    title: say('reset', { endpoint }),
    fixes: [lookBetween(say), readLog(say)],
  })),
  'silent-in-tls': fails(RESET, ({ endpoint }, say) => ({
    title: say('silentTls', { endpoint }),
    fixes: [lookBetween(say), readLog(say)],
  })),
  'not-tls': fails(RESET, (clues, say) => ({
    title: say('notTls', { endpoint: clues.endpoint }),
    fixes: [checkAddress(clues, say), lookBetween(say)],
  })),
  'tls-fails': fails(RESET, ({ endpoint }, say) => ({
    title: say('tlsFails', { endpoint }),
    fixes: [lookBetween(say), readLog(say)],
  })),
  silent: fails('apiserver-connect-timeout', (clues, say) => ({
    title: say('silent', { endpoint: clues.endpoint }),
    fixes: [openPath(clues, say), seeWhetherAlive(say), checkAddress(clues, say)],
  })),
  'service-refused': fails(REFUSED, (clues, say) => ({
    title: say('refused', { endpoint: clues.endpoint }),
    // Who is down lists no addresses.
    fixes: [readLog(say), fixBy('cluster', 'nothing', say('fixAlive'), shell(LOOK)), checkAddress(clues, say)],
  })),
  refused: fails(REFUSED, (clues, say) => ({
    title: say('refused', { endpoint: clues.endpoint }),
    fixes: [readLog(say), checkAddress(clues, say)],
  })),
  'nobody-there': fails(NO_ROUTE, (clues, say) => ({
    title: say('nobodyThere', { endpoint: clues.endpoint }),
    fixes: [checkAddress(clues, say), seeWhetherAlive(say)],
  })),
  rejected: fails(NO_ROUTE, (clues, say) => ({
    title: say('rejected', { endpoint: clues.endpoint }),
    fixes: [openPath(clues, say), checkAddress(clues, say)],
  })),
  'no-route': fails(NO_ROUTE, (clues, say) => ({
    title: say('noRoute', { endpoint: clues.endpoint, code: clues.code }),
    fixes: [seeRoute(clues, say), checkAddress(clues, say)],
  })),
};

function noAddress(
  cause: Cause,
  { place, settings, candidates }: Clues,
  say: Words,
  said: Pick<Said, 'title' | 'fixes' | 'severity'>,
): Problem<Cause> {
  const saw = say('sawPlace', { place: place?.place ?? 'unknown', environment: String(place?.serviceEnvironment ?? false) });
  return problem(cause, {
    proof: inTheirWords(candidates),
    ...said,
    observedAt: 'self',
    features: apiserverFeatures(settings),
    evidence: [citeBy('self/place', '', saw, 'env | grep KUBERNETES_SERVICE'), cite(candidates, say('sawNone'))],
  });
}

/** A proxy in between is what is to be mended, however it fails; and a way in that works goes before all repairs. */
function fails(cause: Cause, remedy: (clues: Clues, say: Words) => { title: Message; fixes: Fix[] }): Says {
  return (clues, say) => failed(cause, clues, say, remedy(clues, say));
}

function failed(cause: Cause, clues: Clues, say: Words, { title, fixes }: { title: Message; fixes: Fix[] }): Problem<Cause> {
  const { working, proxy } = clues;
  const here = ownerHere(clues.place);
  const useOther = () =>
    fixBy(
      here,
      'config',
      say('fixOther', { endpoint: given(working).endpoint }),
      shell(`kubelet-doctor --apiserver https://${given(working).endpoint}`),
    );
  return problem(cause, {
    ...basisOf(cause, clues),
    title: proxy === undefined ? title : say('proxyFails', { proxy }),
    features: apiserverFeatures(clues.settings),
    evidence: quoted(clues, say),
    fixes: [...(working ? [useOther()] : []), ...(proxy === undefined ? fixes : [fixBy(here, 'config', say('fixProxy'))])],
  });
}

/** What looks the same where nobody else was seen to answer us. */
const LOOK_ALIKE: Partial<Record<Cause, Cause>> = {
  'apiserver-connect-timeout': NO_ROUTE,
  [REFUSED]: NO_ROUTE,
  [NO_ROUTE]: 'apiserver-connect-timeout',
  [RESET]: 'apiserver-connect-timeout',
};

/**
 * A service address may fail by itself: until an apiserver's own address was seen to fail too, it may be either. And what failed without a word
 * may have failed for our own network, or our own slowness: only a server that answers us meanwhile says that it did not.
 */
function basisOf(cause: Cause, clues: Clues): Basis & Pick<Said, 'wants'> {
  const { service, ways, kubelet, proxy } = clues;
  const failed = given(clues.failed);
  const wants = deciding(clues);
  if (service && !(ways.length > 0 && ways.every((way) => way.fails))) return suspected(['service-address-broken'], wants);
  if (speaks(failed)) return { proof: inTheirWords(failed), wants };
  const answering = kubelet ?? ways.find(({ verification }) => verification)?.fact;
  if (answering) return { proof: twoWitnesses(failed, answering), wants };
  const looks = proxy === undefined ? [LOOK_ALIKE[cause]].filter((each) => each !== undefined) : ['proxy-captures-apiserver'];
  return suspected(looks, [...wants, { need: 'apiserver/readiness', elsewhere: LOOK }]);
}

/** Our own failure, the other ways in, and a kubelet that answers. */
function quoted({ failed, inTls, endpoint, code, detail, ms, tries, ways, kubelet }: Clues, say: Words): Evidence[] {
  const sawTcp = tries.length > 0 ? say('sawTries', { tries: tries.join(', ') }) : say('sawTry', { endpoint, code, ms: String(ms) });
  const saw = inTls ? say('sawTls', { endpoint, code, detail }) : sawTcp;
  return [
    cite(given(failed), saw),
    ...ways.map((way) => citeBy('apiserver/tls', way.endpoint, sawWay(way, say), way.reproduce)),
    ...(kubelet ? [cite(kubelet, say('kubeletAnswers', { endpoint: kubelet.subject }))] : []),
  ];
}

function sawWay({ endpoint, verification, fails }: WayIn, say: Words): Message {
  if (verification?.ok) return say('wayWorks', { endpoint });
  if (verification) return say('wayUnverified', { endpoint, code: verification.code ?? 'unverified' });
  return say('wayFails', { endpoint, code: given(fails) });
}

function deciding({ service, others }: Clues): Want[] {
  return [
    ...(service ? [{ need: 'apiserver/endpoints', elsewhere: LOOK } as const] : []),
    ...others.map((subject) => ({ need: 'apiserver/tls', subject }) as const),
  ];
}

function mendRouting({ settings }: Clues, say: Words): Fix[] {
  const node = ownNode(settings);
  const onNode = (command: string) => shell(node && `kubectl -n kube-system ${command} --field-selector spec.nodeName=${node}`);
  return [
    fixBy('node', 'nothing', say('fixLookRouting'), onNode('get pods -o wide --show-labels')),
    // The label of kubeadm and EKS. A static pod (RKE2, GKE) does not restart by this, and k3s and Cilium have none.
    fixBy('node', 'restart', say('fixRestartRouting'), onNode('delete pods -l k8s-app=kube-proxy')),
  ];
}

function dial(host: string, port: number, action: Message): Fix {
  return fixBy('agent', 'config', action, env({ KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port }));
}

function checkAddress({ place, candidate }: Clues, say: Words): Fix {
  return fixBy(ownerHere(place), 'config', say('fixAddress', { source: namedBy(candidate) }));
}

function readLog(say: Words): Fix {
  return fixBy('cluster', 'nothing', say('fixLog'), { ...shell(OWN_LOG), verify: LOOK });
}

function seeWhetherAlive(say: Words): Fix {
  return fixBy('cluster', 'nothing', say('fixAlive'), shell(`${LOOK}\n${ENDPOINTS}`));
}

function lookBetween(say: Words): Fix {
  return fixBy('network', 'nothing', say('fixMiddle'));
}

function openPath({ place, candidate, endpoint }: Clues, say: Words): Fix {
  const pod = ownPod(place);
  const action = say('fixPath', { port: given(candidate).port, host: hostOf(endpoint) });
  return fixBy('network', 'config', action, shell(pod && `kubectl -n ${pod.namespace} get networkpolicy`));
}

function seeRoute({ endpoint }: Clues, say: Words): Fix {
  const host = hostOf(endpoint);
  return fixBy('network', 'config', say('fixRoute', { host }), shell(isIp(host) ? `ip route get ${host}` : undefined));
}
