/** A report's `where`, from the facts: on which place and node it ran, as whom, against which kubelet and apiserver. Formats say it in words. */
import { agentsCandidate } from '../checks/shared/kubelet.js';
import { nodeHere } from '../checks/shared/on-node.js';
import { anotherAsked } from '../checks/shared/own-node.js';
import { subjectOf } from '../checks/shared/read.js';
import type { AnyFact, Target } from '../model/facts.js';
import type { Report, Where } from '../model/report.js';
import { sayWhere } from '../words/report.js';
import { dataOf, factOf } from './facts.js';
import { placeOf, vantageOf } from './places.js';

/** Empty strings where a part is not known. */
export function whereOf(facts: readonly AnyFact[]): Where {
  const place = dataOf(facts, 'self/place');
  const identity = dataOf(facts, 'apiserver/identity');
  const claims = dataOf(facts, 'apiserver/credential')?.token;
  const claimed = claims?.subject ? sayWhere('unconfirmed', { user: claims.subject }) : '';
  const settings = dataOf(facts, 'self/settings');
  const asKubelet = settings?.some(({ setting, value }) => setting === 'apiserver.kubeletIdentity' && value === 'used');
  const account = dataOf(facts, 'apiserver/account');
  const judged = account && account.from !== 'identity' && account.user !== identity?.user ? account.user : undefined;
  const impersonated = settings?.find(({ setting }) => setting === 'apiserver.as')?.value;
  const user = identity?.user ?? '';
  const who = impersonated === user ? sayWhere('impersonated', { user }) : asKubelet ? sayWhere('asKubelet', { user }) : user;
  const setting = (name: string) => settings?.find((each) => each.setting === name)?.value;
  const [kubeconfig, context] = [setting('kubeconfig'), setting('context')];
  const asked = anotherAsked(settings ?? [], place);
  const candidateOf = (target: Target) => {
    const candidate = agentsCandidate(factOf(facts, `${target}/candidates`));
    return candidate ? subjectOf(candidate) : '';
  };
  return {
    place: place ? placeOf(place) : '',
    vantage: place ? vantageOf(place) : '',
    node:
      dataOf(facts, 'apiserver/node')?.node ??
      asked?.node ??
      identity?.node ??
      claims?.node ??
      nodeHere(place, dataOf(facts, 'self/kubelet-process')) ??
      '',
    identity: identity ? (judged ? sayWhere('forAccount', { who, account: judged }) : who) : claimed,
    kubelet: candidateOf('kubelet'),
    apiserver: candidateOf('apiserver'),
    ...(asked && { machine: asked.machine }),
    ...(place?.leftOver !== undefined && { leftOver: place.leftOver }),
    ...(kubeconfig && { kubeconfig }),
    ...(kubeconfig && context && { context }),
    ...(identity && judged && { account: judged }),
  };
}

/** The file that a report judges, by its settings: `--manifest`, and nothing else. */
export function judgedFile({ settings }: Pick<Report, 'settings'>): string | undefined {
  return settings.find(({ setting, value }) => setting === 'manifest' && value !== '')?.value;
}
