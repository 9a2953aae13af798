/** Is there a ServiceAccount of the name that this run was given? Of one that is not there no right is judged, and to none is one granted. */

import { isDnsName, serviceAccountOf } from '../../kubernetes/names.js';
import { defineCheck, type Problem, type Say, type View } from '../../model/check.js';
import type { Fact, Setting } from '../../model/facts.js';
import { cite } from '../shared/cite.js';
import { byHand, fixBy } from '../shared/fix.js';
import { settingOf } from '../shared/kubelet.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { seen } from '../shared/read.js';

const WORDS = {
  missing: 'ServiceAccount {account} does not exist',
  missingBut: 'No ServiceAccount {account}: did you mean {near}?',
  missingOfWorkload: "ServiceAccount {account} of the agent's DaemonSet does not exist",
  homeless: 'Namespace {namespace} of ServiceAccount {name} does not exist',
  homelessBut: 'No namespace {namespace}: did you mean ServiceAccount {near}?',
  sawName: '{source} names ServiceAccount {account}; the apiserver answers: not found',
  sawOfWorkload: 'the DaemonSet names ServiceAccount {account}: not found',
  sawNoHome: 'namespace {namespace}: not found',
  sawNear: 'names like it: {names}',
  fixFlag: 'Run again with --service-account {near}',
  fixAs: 'Run again with --as {user}',
  fixApply: "Apply the agent's RBAC again, or correct serviceAccountName",
  fixList: 'List the ServiceAccounts, and use a name from that list',
  notNamed: 'no ServiceAccount was named',
  unread: 'ServiceAccount {account} could not be read',
} as const;

export const namedAccount = defineCheck({
  question: 'named-account',
  asks: 'Does the ServiceAccount that was named exist?',
  target: 'apiserver',
  layer: 'settings',
  required: false,
  needs: ['self/settings', 'apiserver/named', 'apiserver/account'],
  words: WORDS,
  causes: {
    'service-account-not-found': {
      title: 'ServiceAccount that does not exist',
      means:
        'There is no ServiceAccount with the given name and namespace. What the apiserver allows or denies for that name says nothing about the agent, so no permission was judged, and no role or binding is printed for it.',
      happens:
        'A letter is wrong, the release has another name or namespace, or the name is of another cluster or context. RBAC accepts bindings to accounts that do not exist, so nothing else shows the mistake.',
      confirm:
        "The first command lists all accounts, the second shows which one the agent's pod uses:\n\n    kubectl get serviceaccounts -A\n    kubectl -n NAMESPACE get pod POD -o jsonpath={.spec.serviceAccountName}",
      fix: 'Run again with the right name: `--service-account NAMESPACE/NAME`. For another cluster, add `--context NAME`.',
      avoid: 'Do not create an account of that name to silence this: the agent does not use it.',
    },
  },
  judge(view, say) {
    const settings = view.one('self/settings');
    const [named, as] = [settingOf(settings, 'serviceAccount'), settingOf(settings, 'apiserver.as')];
    const setting = named ?? as;
    const account = named?.value ?? accountIn(as);
    if (!setting || account === undefined)
      return goneFromWorkload(view.one('apiserver/account'), view, say) ?? notApplicable(say('notNamed'), settings);
    const fact = view.one('apiserver/named', `ServiceAccount ${account}`);
    const found = seen(fact);
    if (!found) return cannotTell(say('unread', { account }));
    if (found.exists) return pass(fact);
    const { source } = setting;
    const [namespace = '', name = ''] = account.split('/');
    const alike = found.alike.filter((each) => each.split('/').every(isDnsName));
    const [near] = alike;
    const title = {
      namespace: () => (near ? say('homelessBut', { namespace, near }) : say('homeless', { namespace, name })),
      account: () => (near ? say('missingBut', { account, near }) : say('missing', { account })),
    }[found.gone ?? 'account'];
    const right = near && (named ? say('fixFlag', { near }) : say('fixAs', { user: `system:serviceaccount:${near.replace('/', ':')}` }));
    return problem('service-account-not-found', {
      proof: inTheirWords(fact),
      title: title(),
      evidence: [
        cite(fact, say('sawName', { source, account })),
        ...(found.gone ? [cite(fact, say('sawNoHome', { namespace }))] : []),
        ...(alike.length > 0 ? [cite(fact, say('sawNear', { names: alike.join(', ') }))] : []),
      ],
      fixes: [
        ...(right ? [fixBy('workstation', 'nothing', right)] : []),
        fixBy('workstation', 'nothing', say('fixList'), byHand('kubectl get serviceaccounts -A')),
      ],
    });
  },
});

/** That of a DaemonSet, which nobody named: its pods are refused. */
function goneFromWorkload(
  { outcome }: Fact<'account'>,
  view: View<'apiserver/named'>,
  say: Say<typeof WORDS>,
): Problem<'service-account-not-found'> | undefined {
  const { user, from } = (outcome.status === 'failed' && outcome.data) || {};
  const at = from === 'workload' && user !== undefined ? serviceAccountOf(user) : undefined;
  const account = at && `${at.namespace}/${at.name}`;
  const fact = account && view.one('apiserver/named', `ServiceAccount ${account}`);
  if (!fact || seen(fact)?.exists !== false) return undefined;
  return problem('service-account-not-found', {
    proof: inTheirWords(fact),
    title: say('missingOfWorkload', { account }),
    evidence: [cite(fact, say('sawOfWorkload', { account }))],
    fixes: [fixBy('cluster', 'config', say('fixApply'))],
  });
}

/** `--as` names a user, and that may be a ServiceAccount. */
function accountIn(as: Setting | undefined): string | undefined {
  const account = as && serviceAccountOf(as.value);
  return account && `${account.namespace}/${account.name}`;
}
