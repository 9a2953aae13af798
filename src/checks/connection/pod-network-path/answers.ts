/** What is said of the two sides. */
import type { Evidence, Verdict } from '../../../model/check.js';
import { citeBy } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { fixBy, shell } from '../../shared/fix.js';
import { notApplicable, problem, suspected } from '../../shared/problem.js';
import { ofTwoReports } from '../../shared/proof.js';
import type { Cause } from './causes.js';
import type { Clues } from './clues.js';
import { type Answer, areApart, isProven } from './decision.js';
import type { Words } from './words.js';

const LOOK = 'systemctl status kubelet --no-pager\njournalctl -u kubelet -n 50 --no-pager';

export const ANSWERS: Record<Answer, (clues: Clues, say: Words) => Verdict<Cause>> = {
  'named-already': (_clues, say) => notApplicable(say('namedAlready')),

  'path-blocked': (clues, say) => {
    const { hostServer, hostAddress } = clues;
    const args = namesOf(clues);
    const need = needOf(clues);
    return problem('pod-network-path-blocked', {
      severity: clues.severity,
      ...(isProven(clues)
        ? {
            proof: ofTwoReports(
              { need, subject: clues.podAddress, node: 'pod network' },
              { need, subject: hostAddress, node: 'host network' },
            ),
          }
        : suspected([clues.cause])),
      title: say('blocked', args),
      evidence: [citeBy(need, hostAddress, say('answered', { server: hostServer })), ...sawApart(clues, say)],
      fixes: [fixBy('network', 'config', say('fixPath', args)), fixBy('agent', 'restart', say('fixHostNetwork'))],
    });
  },

  'silent-everywhere': (clues, say) => {
    const args = namesOf(clues);
    return problem('kubelet-silent-everywhere', {
      // Silence from two networks is silence all the same.
      severity: clues.severity,
      ...suspected([clues.cause], [{ need: 'kubelet/second-sight', elsewhere: LOOK }]),
      title: say('silent', args),
      evidence: [...given(clues.hostSilence)],
      fixes: [fixBy('node', 'nothing', say('fixNode', args), shell(LOOK))],
    });
  },

  untold: ({ hostServer }, say) => notApplicable(say('untold', { server: hostServer })),
};

function namesOf({ server, node }: Clues) {
  return { server, node };
}

function needOf({ target }: Clues): 'kubelet/tcp' | 'apiserver/tcp' {
  return target === 'kubelet' ? 'kubelet/tcp' : 'apiserver/tcp';
}

function sawApart(clues: Clues, say: Words): Evidence[] {
  if (!areApart(clues) || !clues.apartMs) return [];
  return [citeBy(needOf(clues), clues.hostAddress, say('apart', { minutes: Math.round(clues.apartMs / 60_000) }))];
}
