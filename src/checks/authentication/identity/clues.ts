/** What is known of whom the apiserver takes us for; nothing is decided here. */
import { serviceAccountOf } from '../../../kubernetes/names.js';
import type { Fix, View } from '../../../model/check.js';
import type { Account, Credential, Fact, Identity, Setting } from '../../../model/facts.js';
import { ownerHere } from '../../shared/apiserver.js';
import { settingOf } from '../../shared/kubelet.js';
import { commonName, credentialOf } from '../../shared/kubelet-answers.js';
import type { Grounds } from '../../shared/problem.js';
import { seen } from '../../shared/read.js';

export const NEEDS = [
  'apiserver/identity',
  'apiserver/credential',
  'apiserver/account',
  'kubelet/candidates',
  'kubelet/http',
  'self/place',
  'self/settings',
] as const;

type Seen = View<(typeof NEEDS)[number]>;

export interface Clues {
  review: Fact<'identity'>;
  us: Identity | undefined;
  /** In whose name we ask. */
  as: Setting | undefined;
  impersonationRefused: boolean;
  /** The account that a pod of `kubectl debug` gets without asking. */
  isDebugAccount: boolean;
  /** It was said by a flag whose rights are to be judged. */
  accountNamed: boolean;
  credential: Credential | undefined;
  credentialFact: Fact<'credential'> | undefined;
  settings: Fact<'settings'>;
  /** Whom our credentials name. */
  subjects: string[];
  /** The pod of the token's claims, where it is the token of the one that the apiserver takes us for. */
  claimedPod: string | undefined;
  /** The node of the settings. */
  node: Setting | undefined;
  kubeletHost: Setting | undefined;
  kubelet: 'reached' | 'no address' | 'not reached';
  /** Who can change what this process is given. */
  owner: Fix['owner'];
  /** What a pass rests on. */
  witness: Grounds;
}

export function read(view: Seen): Clues {
  const review = view.one('apiserver/identity');
  const us = seen(review);
  const settings = view.one('self/settings');
  const place = seen(view.one('self/place'));
  const credentials = view.all('apiserver/credential');
  const [token, certificate] = [credentialOf(credentials, 'token'), credentialOf(credentials, 'certificate')];
  const claims = token?.token;
  const subjects = [claims?.subject, certificate?.certificate && commonName(certificate.certificate.subject)];
  return {
    review,
    us,
    as: settingOf(settings, 'apiserver.as'),
    impersonationRefused: review.outcome.status === 'failed' && review.outcome.code === 'EIMPERSONATION',
    isDebugAccount: place?.place === 'debug-pod' && us !== undefined && serviceAccountOf(us.user)?.name === 'default',
    accountNamed: accountIn(view.one('apiserver/account'))?.from === 'flag',
    credential: token ?? certificate,
    credentialFact: credentials.find((fact) => seen(fact) === (token ?? certificate)),
    settings,
    subjects: subjects.filter((subject) => subject !== undefined),
    claimedPod: us !== undefined && claims?.subject === us.user ? claims.pod || undefined : undefined,
    node: settingOf(settings, 'node'),
    kubeletHost: settingOf(settings, 'kubelet.host'),
    kubelet: kubeletIn(view),
    owner: ownerHere(place),
    witness: review,
  };
}

/** Also where its rights could not be asked for. */
function accountIn({ outcome }: Fact<'account'>): Account | undefined {
  return outcome.status === 'observed' || outcome.status === 'failed' ? outcome.data : undefined;
}

function kubeletIn(view: Seen): Clues['kubelet'] {
  if (seen(view.one('kubelet/candidates'))?.length === 0) return 'no address';
  return view.all('kubelet/http').some((fact) => seen(fact)) ? 'reached' : 'not reached';
}
