/** What is known of what the kubelet gives, to whom, and by which rule; nothing is decided here. */
import type { View } from '../../../model/check.js';
import type { AccessAnswer, Fact, HttpAnswer } from '../../../model/facts.js';
import { agentsCandidate, agentsEndpoint } from '../../shared/kubelet.js';
import { answered, isAnswer, isOk, isSameCredential, kubeletReviews } from '../../shared/kubelet-answers.js';
import { type KnownConfig, knownConfig } from '../../shared/on-node.js';
import type { Grounds } from '../../shared/problem.js';
import { answers, isPending, seen } from '../../shared/read.js';

export const NEEDS = [
  'kubelet/candidates',
  'kubelet/http',
  'kubelet/credential',
  'apiserver/credential',
  'apiserver/access',
  'apiserver/identity',
  'self/place',
  'self/kubelet-process',
  'self/kubelet-config',
] as const;

type Seen = View<(typeof NEEDS)[number]>;

export interface Clues {
  endpoint: string;
  byNobody: Fact<'http'>;
  /** Its answer to nobody, if it gave one. */
  nobody: HttpAnswer | undefined;
  givesToNobody: boolean;
  /** Its settings, on the node itself. */
  config: KnownConfig | undefined;
  configFact: Fact<'kubelet-config'>;
  /** What it let us read with our credential. */
  read: Fact<'http'>[];
  /** Its authorization mode by its own word (/configz), and where it said so. */
  mode: string | undefined;
  configz: Fact<'http'> | undefined;
  /** Whom the apiserver takes the same credential for, and what it says of each right. */
  user: string | undefined;
  reviews: AccessAnswer[];
  waiting: boolean;
  /** What a pass rests on. */
  witness: Grounds;
}

export function read(view: Seen): Clues {
  const http = view.all('kubelet/http');
  const byNobody = view.one('kubelet/http', 'nobody GET /pods');
  const given = http.filter((fact) => answered(fact, isOk) && answers([fact]).length > 0);
  const as = answers(given)[0]?.as;
  const isJudged = as !== undefined && isSameCredential(view.all('kubelet/credential'), view.all('apiserver/credential'), as);
  const user = seen(view.one('apiserver/identity'))?.user;
  return {
    endpoint: agentsEndpoint(view.one('kubelet/candidates')) ?? '',
    byNobody,
    nobody: seen(byNobody),
    givesToNobody: answered(byNobody, (answer) => isAnswer('/pods', answer)),
    configFact: view.one('self/kubelet-config'),
    config: knownConfig(
      view.one('self/kubelet-config'),
      view.one('self/kubelet-process'),
      seen(view.one('self/place')),
      agentsCandidate(view.one('kubelet/candidates')),
    ),
    read: given,
    mode: answers(given)
      .map(({ payload }) => payload?.kubelet?.authorizationMode)
      .find(Boolean),
    configz: given.find(({ subject }) => subject.endsWith(' /configz')),
    user,
    reviews: isJudged ? kubeletReviews(view.all('apiserver/access'), user) : [],
    waiting: http.some(isPending),
    witness: http,
  };
}
