/** What gives the agent a token that is taken; and who can say why this one is not. */

import { serviceAccountOf } from '../../../kubernetes/names.js';
import { MOUNTED_TOKEN } from '../../../kubernetes/service-account.js';
import type { Fix, Say, Want } from '../../../model/check.js';
import { quotedPath } from '../../shared/apiserver.js';
import { given } from '../../shared/decide.js';
import { AUTOMOUNT, fixBy, shell, yaml } from '../../shared/fix.js';
import type { Clues } from './clues.js';
import type { WORDS } from './words.js';

type Remedy = (clues: Clues, say: Say<typeof WORDS>) => Fix;

const remount: Remedy = ({ pod }, say) =>
  fixBy('agent', 'restart', say('fixRecreate'), shell(pod && `kubectl -n ${pod.namespace} delete pod ${pod.name}`));

export const ordinaryMount: Remedy = (_, say) => fixBy('agent', 'config', say('fixOrdinary'), yaml(AUTOMOUNT));

/** What is in the file is no token. */
export const rewrite: Remedy = (clues, say) => {
  if (clues.inPod && clues.path === MOUNTED_TOKEN) return remount(clues, say);
  const file = quotedPath(clues.path);
  return fixBy(clues.owner, 'config', say('fixFile'), shell(file && `wc -lc ${file}`));
};

/** A token like this one, from where it came. */
export const renew: Remedy = (clues, say) => {
  if (!clues.inPod) return make(clues, say);
  return given(clues.held).source.includes('/secrets/kubernetes.io/serviceaccount/') ? remount(clues, say) : ordinaryMount(clues, say);
};

export const make: Remedy = (clues, say) => {
  const [create, file] = [createToken(clues), quotedPath(given(clues.held).source)];
  return fixBy(clues.owner, 'config', say('fixCreate'), shell(create && file ? `umask 077; ${create} > ${file}` : create));
};

export const bound: Remedy = (clues, say) => fixBy('agent', 'config', say('fixBound'), shell(createToken(clues)));

function createToken({ claims }: Clues): string | undefined {
  const account = serviceAccountOf(claims?.subject ?? '');
  return account && `kubectl -n ${account.namespace} create token ${account.name}`;
}

/** Only a TokenReview has the reason; fetched where somebody else is at hand to ask as. */
export function reviewByOthers({ held, pod }: Clues): Want[] {
  const file = quotedPath(given(held).source);
  const cat = file && (pod ? `kubectl -n ${pod.namespace} exec ${pod.name} -- cat ${file}` : `cat ${file}`);
  return [{ need: 'apiserver/identity', elsewhere: cat && tokenReview(cat) }, { need: 'apiserver/token-review' }];
}

/** For someone with the right to make one; the token passes through a pipe, never onto a command line we print. */
function tokenReview(cat: string): string {
  const review = '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":"%s"}}';
  return `printf '${review}' "$(${cat})" | kubectl create -o 'jsonpath={.status}' -f -`;
}
