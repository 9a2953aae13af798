/** What `rbac-binding` says of each answer. */
import { bindTo, canINeeds, grantTo, isRoleName } from '../../../manifests/needs-yaml.js';
import type { Evidence, Fix, Message, Problem, Say, Verdict } from '../../../model/check.js';
import type { RbacBinding, RbacRole, RbacSubject, ResolvedNeed } from '../../../model/facts.js';
import { describeNeed } from '../../../profiles/access.js';
import { accountName } from '../../shared/brief.js';
import { cite, citeBy } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { byHand, fixBy, orBy } from '../../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../../shared/kubelet.js';
import { cannotTell, notApplicable, pass, problem, suspected } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import { failure } from '../../shared/read.js';
import { printedBy } from '../shared/printed-by.js';
import { grantedBy, grantOrAsk, lossesOf, type Rights, severityOf } from '../shared/rights.js';
import type { Cause } from './causes.js';
import type { Bound, Clues } from './clues.js';
import type { Answer } from './decision.js';
import type { WORDS } from './words.js';

type Words = Say<typeof WORDS>;

const OBJECTS = 'kubectl get clusterrolebindings,rolebindings -A -o wide';

export const ANSWERS: Record<Answer, (clues: Clues, say: Words) => Verdict<Cause>> = {
  'not-known': (_, say) => notApplicable(say('notKnown')),
  'may-differ': ({ perhaps, rights, fact }, say) => {
    const { binding, subject } = given(perhaps);
    const names = { account: accountName(given(rights).account.user), binding: `${binding.kind} ${binding.name}` };
    return problem('binding-subject-differs', {
      ...suspected(['binding-missing'], [{ need: 'apiserver/rbac-objects', elsewhere: OBJECTS }]),
      title: say('differs', { ...names, subject: shortName(given(subject)) }),
      features: ALL_KUBELET_FEATURES,
      evidence: [cite(fact, sawBinding(binding, say))],
      fixes: [fixBy('cluster', 'config', say('correctSubject', names), byHand(editing(binding)))],
    });
  },
  'not-answered': (_, say) => cannotTell(say('notKnown')),
  'all-held': ({ witness }, say) => pass(witness, say('held')),
  'not-read': ({ fact }, say) =>
    cannotTell(say(failure(fact) ? 'notOurs' : 'notKnown'), [{ need: 'apiserver/rbac-objects', elsewhere: OBJECTS }]),
  'too-narrow': (clues, say) => fault('role-binding-too-narrow', clues, given(clues.narrow), say, (names) => say('narrow', names)),
  dangling: (clues, say) => {
    const { binding } = given(clues.lost);
    const gone = `${binding.role.kind} ${binding.role.name}`;
    return fault('dangling-binding', clues, { binding, role: given(clues.spare) }, say, (names) => say('dangling', { ...names, gone }));
  },
  'role-deleted': (clues, say) => {
    const { role } = given(clues.lost).binding;
    return fault('role-missing', clues, given(clues.lost), say, () => say('roleMissing', { role: `${role.kind} ${role.name}` }));
  },
  'subject-differs': (clues, say) => {
    const almost = given(clues.almost);
    const subject = shortName(given(almost.subject));
    return fault('binding-subject-differs', clues, almost, say, (names) => say('differs', { ...names, subject }));
  },
  'not-bound': (clues, say) => fault('binding-missing', clues, { role: given(clues.spare) }, say, (names) => say('bindingMissing', names)),
  'no-role': (clues, say) => fault('role-missing', clues, {}, say, (names) => say('noRole', names)),
  'rule-lacks': ({ rights, witness }, say) => pass(witness, say('ruleLacks', { user: given(rights).account.user })),
  'read-in-part': (_, say) => cannotTell(say('partly')),
};

type Names = Record<'account' | 'role' | 'binding', string>;

function fault(cause: Cause, clues: Clues, about: Partial<Bound>, say: Words, title: (names: Names) => Message): Problem<Cause> {
  const rights = given(clues.rights);
  const { account, missing } = rights;
  const { binding, role } = about;
  const names: Names = {
    account: accountName(account.user),
    role: role?.name ?? '',
    binding: binding ? `${binding.kind} ${binding.name}` : '',
  };
  return problem(cause, {
    proof: inTheirWords(clues.fact),
    severity: severityOf(missing),
    title: title(names),
    features: lossesOf(missing),
    evidence: [
      cite(clues.fact, binding ? sawBinding(binding, say) : say('sawNothing', { user: account.user })),
      ...quotedObjects(clues, role, say),
      ...(role ? [] : [citeBy('apiserver/access', '', say('sawMissing', { user: account.user, rights: listed(missing) }))]),
    ],
    fixes: bindOrCreate(cause, rights, about, say, names),
  });
}

function sawBinding({ kind, name, role, subjects }: RbacBinding, say: Words): Message {
  return say('sawBinding', { kind, name, role: `${role.kind} ${role.name}`, subjects: subjects.map(subjectName).join(', ') });
}

function quotedObjects({ objects: { gone }, rights }: Clues, role: RbacRole | undefined, say: Words): Evidence[] {
  const quote = (saw: Message) => citeBy('apiserver/rbac-objects', '', saw);
  const grants = role && `${role.kind} ${role.name}: ${listed(grantedBy(role.rules, given(rights).missing))}`;
  return [
    ...(gone.length > 0 ? [quote(say('sawGone', { gone: gone.join(', ') }))] : []),
    ...(grants !== undefined ? [quote(say('saw', { what: grants }))] : []),
  ];
}

/**
 * The role that is there, bound, and for what it does not grant a role of our own; where the account would get more than is missing by it, our own
 * role alone.
 */
function bindOrCreate(cause: Cause, rights: Rights, about: Partial<Bound>, say: Words, names: Names): Fix[] {
  const { name, account, missing, profile, access, before } = rights;
  const { role } = about;
  const verify = (name && canINeeds(name, missing)) ?? 'kubelet-doctor rbac';
  const bound = name && role && before && bindTo(name, { role, byRole: grantedBy(role.rules, missing), needs: missing, before });
  if (bound)
    return [
      fixBy('cluster', 'config', say('bind', names), { ...grantOrAsk(account, bound, undefined), verify }),
      ...correct(about, say, names),
    ];
  const granted = name && grantTo(name, missing, { before });
  const source = name && printedBy(granted?.yaml, { cause, name, profile, access });
  return [fixBy('cluster', 'config', say('create', names), { ...(granted && grantOrAsk(account, granted, source)), verify })];
}

/** Where it is the subject that is wrong, and the binding may be named in a command: what the role gives is what is missing. */
function correct({ binding, subject }: Partial<Bound>, say: Words, names: Names): Fix[] {
  const edit = binding && editing(binding);
  return subject && edit ? [orBy('cluster', 'config', say('correct', names), byHand(edit))] : [];
}

/** Where it may be named in a command. */
function editing({ kind, name, namespace }: RbacBinding): string | undefined {
  const within = namespace && isRoleName(namespace) ? ` -n ${namespace}` : '';
  return isRoleName(name) ? `kubectl edit ${kind.toLowerCase()} ${name}${within}` : undefined;
}

function listed(needs: readonly ResolvedNeed[]): string {
  const words = needs.map(describeNeed);
  return words.length > 6 ? `${words.slice(0, 5).join(', ')} and ${words.length - 5} more` : words.join(', ');
}

/** As `accountName` says it, where it is a ServiceAccount. */
function shortName(subject: RbacSubject): string {
  return subjectName(subject).replace(/^ServiceAccount /, '');
}

function subjectName({ kind, namespace, name }: RbacSubject): string {
  return `${kind} ${namespace ? `${namespace}/` : ''}${name}`;
}
