/** What `kubelet-open` says of each answer. */
import type { Evidence, Fix, Say, Verdict } from '../../../model/check.js';
import { cite, citeBy } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { CLOSED, kubeletConfig } from '../../shared/kubelet-fixes.js';
import { cannotTell, pass, problem, suspected } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import { answers } from '../../shared/read.js';
import type { Cause } from './causes.js';
import type { Clues } from './clues.js';
import type { Answer } from './decision.js';
import type { WORDS } from './words.js';

type Words = Say<typeof WORDS>;

export const ANSWERS: Record<Answer, (clues: Clues, say: Words) => Verdict<Cause>> = {
  'to-nobody': ({ endpoint, config, byNobody, nobody }, say) => {
    const { status, payload } = given(nobody);
    return problem('kubelet-anonymous-access', {
      proof: inTheirWords(byNobody),
      severity: 'risk',
      title: say('anonymous', { endpoint }),
      evidence: [cite(byNobody, say('sawPods', { status, items: payload?.items ?? '?' }))],
      fixes: [close({ config }, say)],
    });
  },
  'to-anyone-here': (clues, say) =>
    problem('kubelet-anonymous-access', {
      proof: inTheirWords(clues.configFact),
      severity: 'risk',
      title: say('anonymousHere'),
      evidence: [configured('authentication.anonymous.enabled', clues, say), configured('authorization.mode', clues, say)],
      fixes: [close(clues, say)],
    }),
  'to-the-authenticated-here': (clues, say) =>
    problem('kubelet-always-allow', {
      proof: inTheirWords(clues.configFact),
      severity: 'risk',
      title: say('alwaysAllowHere'),
      evidence: [configured('authorization.mode', clues, say)],
      fixes: [authorize(clues, say)],
    }),
  'to-the-authenticated': ({ endpoint, config, configz, mode }, say) =>
    problem('kubelet-always-allow', {
      proof: inTheirWords(given(configz)),
      severity: 'risk',
      title: say('alwaysAllow', { endpoint }),
      evidence: [cite(given(configz), say('sawMode', { mode: given(mode) }))],
      fixes: [authorize({ config }, say)],
    }),
  remembers: ({ witness }, say) => pass(witness, say('remembers')),
  'seems-to-the-authenticated': (clues, say) => {
    const [user, read] = [given(clues.user), answers(clues.read)];
    const denied = clues.reviews.map(({ subresource }) => `nodes/${subresource}`).join(', ');
    return problem('kubelet-always-allow', {
      severity: 'risk',
      ...suspected(['kubelet-decision-cached'], [{ need: 'kubelet/http', subject: 'token GET /configz', elsewhere: SHOW_MODE }]),
      title: say('seemsToAllow', { endpoint: clues.endpoint }),
      evidence: [
        cite(given(clues.read[0]), say('sawAnswer', { paths: read.map(({ path }) => path).join(', '), status: 200, user })),
        citeBy('apiserver/access', 'get nodes/proxy', say('sawDenied', { user, denied })),
      ],
      fixes: [authorize(clues, say)],
    });
  },
  waiting: (_, say) => cannotTell(say('waiting')),
  closed: ({ witness }) => pass(witness),
  'not-asked': (_, say) => cannotTell(say('notAsked')),
};

const WEBHOOK = { 'authorization.mode': 'Webhook' } as const;
const SHOW_MODE = 'kubectl get --raw /api/v1/nodes/NODE/proxy/configz';

function close({ config }: Pick<Clues, 'config'>, say: Words): Fix {
  return kubeletConfig(say('close'), CLOSED, config);
}

function authorize({ config }: Pick<Clues, 'config'>, say: Words): Fix {
  return kubeletConfig(say('authorize'), WEBHOOK, config);
}

function configured(key: 'authentication.anonymous.enabled' | 'authorization.mode', { config }: Clues, say: Words): Evidence {
  const { values, origin, cite } = given(config);
  return cite(say('sawConfig', { key, value: String(values[key]), origin: origin(key) }));
}
