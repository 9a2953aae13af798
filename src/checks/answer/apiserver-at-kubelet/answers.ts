/** What `apiserver-at-kubelet` says of each answer. */
import type { Evidence, Fix, Problem, Say, Verdict } from '../../../model/check.js';
import { cite, citeSeen } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { byHand, fixBy, shell } from '../../shared/fix.js';
import { notApplicable, pass, problem, suspected } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import type { Cause } from './causes.js';
import type { Clues, Relayed } from './clues.js';
import type { Answer } from './decision.js';
import type { WORDS } from './words.js';

type Words = Say<typeof WORDS>;

export const ANSWERS: Record<Answer, (clues: Clues, say: Words) => Verdict<Cause>> = {
  forbidden: (clues, say) => {
    const { by, user } = given(clues.refused);
    return problem('apiserver-forbidden-at-kubelet', {
      proof: inTheirWords(by.fact),
      ...lost(clues),
      title: say('forbidden'),
      evidence: [relayed(by, say), ...citeSeen(clues.identity, (us) => say('sawUser', { user: us.user }))],
      fixes: [fixBy('cluster', 'config', say('bind'), { ...bindingOf(user), ...askAgain(clues) })],
    });
  },
  unknown: (clues, say) => {
    const by = given(clues.unknown);
    return problem('apiserver-unknown-at-kubelet', {
      proof: inTheirWords(by.fact),
      ...lost(clues),
      title: say('unknown'),
      evidence: [relayed(by, say)],
      fixes: [fixBy('cluster', 'restart', say('renew'), { ...shell(RENEW), ...askAgain(clues) }), fixBy('node', 'restart', say('giveCa'))],
    });
  },
  tunnel: (clues, say) => {
    const { by, fault } = given(clues.tunnel);
    // A tunnel that carries the connection, to a kubelet that refuses it there, ends with the same status.
    const basis = fault.fault === 'fails' ? suspected(['kubelet-down', 'kubelet-connection-refused']) : { proof: inTheirWords(by.fact) };
    return problem('control-plane-tunnel-down', {
      ...basis,
      ...lost(clues),
      title: {
        'no-agent': () => say('noTunnel'),
        'no-server': () => say('noServer'),
        fails: () => say('tunnelFails', { code: 'code' in fault ? fault.code : by.status }),
      }[fault.fault](),
      evidence: [relayed(by, say)],
      fixes: [fixBy('cluster', 'nothing', say('runAgents'), shell(AGENTS)), fixBy('network', 'config', say('openTunnel'), askAgain(clues))],
    });
  },
  'gets-through': ({ relayed: [first] }) => pass(given(first).fact),
  'not-asked': (_, say) => notApplicable(say('notAsked')),
};

/** By itself the agent asks the kubelet directly, and loses nothing. */
function lost({ isAgentsWay }: Clues): Pick<Problem, 'severity' | 'features'> {
  return { severity: isAgentsWay ? 'blocks' : 'degrades', features: ['logs and exec through the apiserver'] };
}

function relayed({ fact, status, said }: Relayed, say: Words): Evidence {
  return cite(fact, say('sawAnswer', { status, said }));
}

/** The names that installers give it; what else the kubelet says stands in no command. */
const KNOWN_USERS: readonly string[] = ['kube-apiserver-kubelet-client', 'kubelet-api', 'kube-apiserver', 'kubernetes'];

function bindingOf(user: string): Pick<Fix, 'steps' | 'form'> {
  const bind = (name: string) =>
    `kubectl create clusterrolebinding apiserver-kubelet-client --clusterrole=system:kubelet-api-admin --user=${name}`;
  return KNOWN_USERS.includes(user) ? shell(bind(user)) : byHand(bind('USER'));
}

function askAgain({ node = 'NODE' }: Clues): { verify: string } {
  return { verify: `kubectl get --raw /api/v1/nodes/${node}/proxy/healthz` };
}

const RENEW = 'kubeadm certs renew apiserver-kubelet-client\ncrictl stop "$(crictl ps -q --name kube-apiserver)"';
const AGENTS = 'kubectl -n kube-system get deployments,daemonsets,pods -o wide | grep -e NAME -e konnectivity';
