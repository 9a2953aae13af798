/** What is said of our clock, and of a server's. */
import type { Evidence, Fix, Problem, Verdict, Want } from '../../../model/check.js';
import { apiserverFeatures } from '../../shared/apiserver.js';
import { cite, citeBy } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { byHand, fixBy, shell } from '../../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../../shared/kubelet.js';
import { type Basis, cannotTell, pass, problem, type Said, suspected } from '../../shared/problem.js';
import { inTheirWords, twoWitnesses } from '../../shared/proof.js';
import { span } from '../../shared/read.js';
import type { Cause } from './causes.js';
import { type Clues, SERVERS } from './clues.js';
import { type Answer, breaksSomething, mostMs } from './decision.js';
import type { Words } from './words.js';

type Says = (clues: Clues, say: Words) => Verdict<Cause>;

export const ANSWERS: Record<Answer, Says> = {
  'not-told': (_, say) => cannotTell(say('unknown')),
  right: ({ witness }) => pass(witness),
  'slightly-off': (clues, say) => pass(clues.witness, say('slightly', { span: span(mostMs(clues)) })),

  'not-yet-set': (clues, say) =>
    problem('time-not-synchronised', {
      proof: inTheirWords(clues.syncFact),
      severity: 'note',
      title: say('notYet'),
      evidence: sawSync(clues, say),
      fixes: [fixBy('network', 'config', say('fixServerOfTime'), byHand(SEE_SERVERS))],
    }),
  'nobody-sets-it': (clues, say) =>
    problem('time-not-synchronised', {
      // Every process was looked at.
      proof: inTheirWords(clues.syncFact),
      severity: 'note',
      title: say('nobodySets'),
      evidence: sawSync(clues, say),
      fixes: [fixBy('node', 'config', say('fixSync'), { ...shell('timedatectl set-ntp true'), verify: 'timedatectl status' })],
    }),

  // Two other clocks that agree with each other.
  ours: (clues, say) => {
    const [one, other] = clues.compared;
    return found('clock-skew', clues, say, {
      proof: twoWitnesses(given(one).fact, given(other).fact),
      title: oursIsOff(clues, say),
      fixes: [stepOurs(clues, say)],
    });
  },
  'perhaps-ours': (clues, say) =>
    found('clock-skew', clues, say, {
      ...suspected(['server-clock-skew'], BOTH_CLOCKS),
      title: oursIsOff(clues, say),
      fixes: [stepOurs(clues, say)],
    }),
  'perhaps-a-servers': (clues, say) => {
    const { server, offsetMs } = given(clues.off[0]);
    const words = { server, span: span(offsetMs) };
    return found('server-clock-skew', clues, say, {
      ...suspected(['clock-skew'], BOTH_CLOCKS),
      title: offsetMs < 0 ? say('serverAhead', words) : say('serverBehind', words),
      fixes: [fixBy(server === 'kubelet' ? 'node' : 'cluster', 'config', say('fixServer', { server }), STEP)],
    });
  },
};

const STEP = { ...shell('timedatectl set-ntp true\nchronyc makestep'), verify: 'timedatectl status; chronyc tracking' };
const SEE_SERVERS = 'timedatectl timesync-status\njournalctl -u systemd-timesyncd -n 20';
const BOTH_CLOCKS = SERVERS.map(
  (server): Want => ({ need: `${server}/clock`, elsewhere: 'date -u   # on the control-plane node, and here' }),
);

/** A clock that is off: it blocks what it makes invalid. */
function found(cause: Cause, clues: Clues, say: Words, said: Omit<Said, 'evidence'> & Basis): Problem<Cause> {
  const hurt = clues.certificates.map(({ server }) => server);
  return problem(cause, {
    severity: breaksSomething(clues) ? 'blocks' : 'degrades',
    ...said,
    features: [
      ...(hurt.includes('kubelet') ? ALL_KUBELET_FEATURES : []),
      ...(hurt.includes('apiserver') ? apiserverFeatures(clues.settings) : []),
    ],
    evidence: sawClocks(clues, say),
  });
}

function oursIsOff({ off }: Clues, say: Words) {
  const { offsetMs } = given(off[0]);
  const words = { span: span(offsetMs), servers: off.map(({ server }) => server).join(' and ') };
  return offsetMs > 0 ? say('ahead', words) : say('behind', words);
}

function stepOurs({ place }: Clues, say: Words): Fix {
  return place?.place === 'workstation'
    ? fixBy('workstation', 'config', say('fixWorkstation'), STEP)
    : fixBy('node', 'config', say('fixNode'), STEP);
}

function sawClocks(clues: Clues, say: Words): Evidence[] {
  const { compared, certificates, tokens } = clues;
  return [
    ...compared.map(({ server, offsetMs, toleranceMs, reproduce }) => {
      const words = { server, offset: Math.round(offsetMs / 1000), tolerance: Math.ceil(toleranceMs / 1000) };
      return citeBy(`${server}/clock`, '', say('sawClock', words), reproduce);
    }),
    ...(clues.sync ? sawSync(clues, say) : []),
    ...certificates.map(({ server, fact }) => cite(fact, say('sawCertificate', { server }))),
    ...tokens.slice(0, 1).map((server) => citeBy(`${server}/credential`, 'token', say('sawToken'))),
  ];
}

function sawSync({ sync, syncFact }: Clues, say: Words): Evidence[] {
  const daemons = sync?.daemons.join(', ') || 'none';
  const saw = sync?.synchronised === false ? say('sawNotYet') : say('sawSync', { daemons });
  return [citeBy('self/time-sync', '', saw, syncFact.reproduce)];
}
