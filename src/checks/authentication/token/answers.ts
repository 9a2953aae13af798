/** What `token` says of each answer. */
import type { Evidence, Say, Verdict, Want } from '../../../model/check.js';
import { dateTime, isoTime } from '../../../words/formats.js';
import { quotedPath } from '../../shared/apiserver.js';
import { lastPart } from '../../shared/brief.js';
import { cite, citeBy } from '../../shared/cite.js';
import { firstThatHolds, given } from '../../shared/decide.js';
import { AUTOMOUNT, byHand, fixBy, yaml } from '../../shared/fix.js';
import { ANONYMOUS } from '../../shared/kubelet-answers.js';
import { type Basis, cannotTell, notApplicable, pass, problem, type Said, suspected } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import { span } from '../../shared/read.js';
import { isForSomeoneElse } from '../shared/token-claims.js';
import type { Cause } from './causes.js';
import type { Clues } from './clues.js';
import { type Answer, CERTAINTY, type Certainty, when } from './decision.js';
import { bound, make, ordinaryMount, renew, reviewByOthers, rewrite } from './remedies.js';
import type { WORDS } from './words.js';

type Words = Say<typeof WORDS>;

export const ANSWERS: Record<Answer, (clues: Clues, say: Words) => Verdict<Cause>> = {
  'uses-certificate': ({ witness }, say) => notApplicable(say('usesCertificate'), witness),
  'plugin-failed': (_, say) => cannotTell(say('plugin')),
  'not-mounted': (clues, say) =>
    problem('token-missing', {
      proof: inTheirWords(clues.code ? clues.facts.file : clues.facts.none),
      ...ofFile(clues, say),
      title: say('missing'),
      fixes: [fixBy('agent', 'restart', say('fixMount'), yaml(AUTOMOUNT))],
    }),
  'file-missing': (clues, say) =>
    problem('token-missing', {
      proof: inTheirWords(clues.facts.file),
      ...ofFile(clues, say),
      title: say('fileMissing', { path: clues.path }),
      fixes: [fixBy(clues.owner, 'config', say('fixFile'))],
    }),
  malformed: (clues, say) =>
    problem('token-malformed', {
      proof: inTheirWords(clues.facts.file),
      ...ofFile(clues, say),
      title: say('malformed', { fault: faultOf(clues) }),
      fixes: [rewrite(clues, say)],
    }),
  unreadable: (clues, say) => {
    const file = quotedPath(clues.path);
    return problem('token-unreadable', {
      proof: inTheirWords(clues.facts.file),
      ...ofFile(clues, say),
      title: say('unreadable', { fault: UNREADABLE[given(clues.code)] ?? given(clues.code) }),
      fixes: [
        fixBy(clues.owner, 'config', say(clues.code === 'EISDIR' ? 'fixDirectory' : 'fixMode'), byHand(file && `id\nls -lnL ${file}`)),
      ],
    });
  },
  'nobody-named': ({ witness }, say) => notApplicable(say('nobodyNamed'), witness),
  'nothing-to-send': (clues, say) =>
    problem('credential-not-sent', {
      proof: inTheirWords(clues.facts.none),
      ...ofFile(clues, say),
      title: say('nothingToSend'),
      fixes: [fixBy(clues.owner, 'config', say('fixConfigure'))],
    }),
  'not-looked': (_, say) => cannotTell(say('noFact')),
  'did-not-arrive': (clues, say) =>
    problem('credential-not-sent', {
      proof: inTheirWords(clues.facts.file, clues.facts.toNobody ?? clues.facts.identity),
      title: say('anonymous'),
      features: clues.features,
      evidence: [...known(clues, say), citeBy('apiserver/identity', '', say('sawUser', { user: ANONYMOUS }))],
      fixes: [fixBy('network', 'config', say('fixBetween'), { verify: 'kubectl auth whoami' })],
    }),
  'never-expires': (clues, say) =>
    problem('token-never-expires', {
      proof: inTheirWords(clues.facts.file),
      severity: 'note',
      title: say('neverExpires'),
      evidence: known(clues, say),
      fixes: [bound(clues, say)],
    }),
  'taken-and-refused': (clues, say) =>
    problem('apiserver-keys-differ', {
      severity: 'degrades',
      ...suspected(['token-rejected'], keysOfEach),
      title: say('takenAndRefused'),
      features: clues.features,
      evidence: [...known(clues, say), cite(clues.facts.identity, say('sawUser', { user: given(clues.user) }))],
      fixes: [fixBy('cluster', 'restart', say('fixKeys'))],
    }),
  accepted: ({ witness }) => pass(witness),
  'expired-by-its-claims': (clues, say) =>
    problem('token-expired', {
      ...suspected(['clock-skew'], reviewByOthers(clues)),
      // Its own claims say so: it follows from no server, and explains none.
      observedAt: 'self',
      ...refused(clues, say),
      title: say('expiredByOurs', { ago: span(clues.times.best - clues.times.until) }),
    }),
  unclear: (clues, say) => cannotTell(say('unclear', { status: given(clues.heard[0]).status }), reviewByOthers(clues)),
  'kubelet-alone-refuses': (clues, say) => cannotTell(say('onlyKubelet'), reviewByOthers(clues)),
  withheld: (_, say) => cannotTell(say('withheld')),
  'not-asked': (_, say) => cannotTell(say('notAsked')),
  opaque: (clues, say) =>
    problem('token-malformed', {
      ...suspected(['token-rejected'], reviewByOthers(clues)),
      ...refused(clues, say),
      title: say('opaque'),
      evidence: [citeBy('apiserver/credential', 'token', say('sawOpaque', { source: sourceOf(clues) })), ...known(clues, say)],
    }),
  expired: (clues, say) =>
    problem('token-expired', {
      ...SURE[firstThatHolds(CERTAINTY, clues)](clues),
      ...refused(clues, say),
      title: say('expired', { ago: span(when(clues.times) - clues.times.until) }),
    }),
  'not-yet-valid': (clues, say) => {
    const { from } = clues.times;
    return problem('token-not-yet-valid', {
      ...SURE[firstThatHolds(CERTAINTY, clues)](clues),
      ...refused(clues, say),
      title: say('notYetValid', { when: dateTime(from), ahead: span(from - when(clues.times)) }),
      fixes: [fixBy('cluster', 'config', say('fixClock'), byHand('date -u\nchronyc tracking'))],
    });
  },
  'wrong-audience': (clues, say) =>
    problem('token-wrong-audience', {
      ...(isForSomeoneElse(given(clues.claims))
        ? { proof: inTheirWords(clues.facts.file, given(clues.facts.refusal)) }
        : unlessTold(clues, 'token-rejected', 'token-foreign')),
      ...refused(clues, say),
      title: say('wrongAudience', { audiences: audiencesOf(clues) }),
      fixes: [clues.inPod ? ordinaryMount(clues, say) : make(clues, say)],
    }),
  foreign: (clues, say) =>
    problem('token-foreign', {
      ...unlessTold(clues, 'token-rejected', 'token-wrong-audience'),
      ...refused(clues, say),
      title: say('foreign', { issuer: clues.claims?.issuer ?? 'none' }),
    }),
  rejected: (clues, say) => {
    const { reason } = clues;
    return problem('token-rejected', {
      ...unlessTold(clues, 'token-foreign', 'token-wrong-audience'),
      ...refused(clues, say),
      title: reason === undefined ? say('rejected') : say('rejectedBecause', { reason: lastPart(reason, 48) }),
    });
  },
};

/** The ids of the keys by which each verifies; a key id is a hash of a public key. */
const keysOfEach: Want[] = [{ need: 'apiserver/http', elsewhere: 'kubectl get --raw /openid/v1/jwks   # at each apiserver: --server' }];

/** Read from our own files: it neither follows from an unreachable server nor explains one. */
function ofFile(clues: Clues, say: Words): Pick<Said, 'observedAt' | 'features' | 'evidence'> {
  const { features, code, path, facts } = clues;
  const file = quotedPath(path);
  const saw = code ? say('sawFile', { path, detail: faultOf(clues) }) : say('sawNothing', { path });
  return {
    observedAt: 'self',
    features,
    evidence: [citeBy('apiserver/credential', (code ? facts.file : facts.none).subject, saw, file && `ls -lnL ${file}`)],
  };
}

/** What is said of every token that is not taken; the fix, unless there is a better one, is a new token. */
function refused(clues: Clues, say: Words): Pick<Said, 'features' | 'evidence' | 'fixes'> {
  return { features: clues.features, evidence: known(clues, say), fixes: [renew(clues, say)] };
}

const UNREADABLE: Readonly<Record<string, string>> = {
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
};

/** Without the file's name, which is long and stands in the evidence. */
function faultOf({ path, code, detail }: Clues): string {
  return (detail.startsWith(path) && detail.slice(path.length).replace(/^:? /, '')) || detail || given(code);
}

const SURE: Record<Certainty, (clues: Clues) => Basis & Pick<Said, 'explainedBy'>> = {
  told: ({ facts }) => ({ proof: inTheirWords(facts.file, facts.review) }),
  'only-by-our-clock': (clues) => suspected(['clock-skew', 'token-rejected'], reviewByOthers(clues)),
  disputed: () => ({
    ...suspected(
      ['server-clock-skew', 'clock-skew'],
      [{ need: 'apiserver/clock', elsewhere: 'date -u   # on the control-plane node, and here' }],
    ),
    explainedBy: ['clock-skew', 'server-clock-skew'],
  }),
  'by-their-clock': ({ facts, refusal }) => ({
    proof: inTheirWords(facts.file, refusal?.serverTimeMs === undefined ? facts.clock : given(facts.refusal)),
  }),
};

/** The claims make a suspicion; the apiserver's own reason is proof. */
function unlessTold(clues: Clues, ...alternatives: Cause[]): Basis {
  return clues.told
    ? { proof: inTheirWords(given(clues.facts.refusal), clues.facts.review) }
    : suspected(alternatives, reviewByOthers(clues));
}

function sourceOf({ held }: Clues): string {
  return given(held).source;
}

function audiencesOf({ claims }: Clues): string {
  return claims?.audiences.join(', ') || 'none';
}

/** Its claims, and what the apiserver says to it and of it. */
function known(clues: Clues, say: Words): Evidence[] {
  const { claims, refusal, review, reason } = clues;
  const { issuer = 'none', subject = 'none', expiresAt } = claims ?? {};
  const expires = expiresAt ? isoTime(expiresAt) : 'never';
  const sawClaims = () => say('sawClaims', { source: sourceOf(clues), issuer, audiences: audiencesOf(clues), subject, expires });
  return [
    ...(claims ? [citeBy('apiserver/credential', 'token', sawClaims())] : []),
    ...(refusal ? [citeBy('apiserver/http', `token ${refusal.method} ${refusal.path}`, say('sawStatus', { status: 401 }))] : []),
    ...(review && reason ? [citeBy('apiserver/token-review', '', say('sawReview', { by: review.by, reason }))] : []),
  ];
}
