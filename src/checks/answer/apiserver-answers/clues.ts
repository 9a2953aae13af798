/** What was heard of the apiserver; nothing is decided here. */
import type { Feature, Fix, View } from '../../../model/check.js';
import type { Fact, HttpAnswer, Readiness, ServerVersion } from '../../../model/facts.js';
import { apiserverFeatures, ownerHere } from '../../shared/apiserver.js';
import { agentsEndpoint } from '../../shared/kubelet.js';
import type { Grounds } from '../../shared/problem.js';
import { failure, seen } from '../../shared/read.js';

export const NEEDS = [
  'apiserver/candidates',
  'apiserver/http',
  'apiserver/version',
  'apiserver/readiness',
  'apiserver/identity',
  'self/settings',
  'self/place',
] as const;

/** Without an answer to these, nothing works; another question that hangs is that question's own affair. */
const ESSENTIAL = /\/(version|readyz[^\s/]*|selfsubjectreviews)$/;

export interface Heard {
  fact: Fact<'http'>;
  answer: HttpAnswer;
}

export interface Clues {
  endpoint: string;
  heard: Heard[];
  /** What a pass rests on. */
  witness: Grounds;
  speaksKubernetes: boolean;
  throttled: Heard | undefined;
  /** An essential question without an answer. */
  silent: { fact: Fact<'http'>; code: string } | undefined;
  version: ServerVersion | undefined;
  versionFact: Fact<'version'>;
  readiness: Readiness | undefined;
  readinessFact: Fact<'readiness'>;
  /** It has told us who we are: somebody is served. */
  known: boolean;
  /** Who can change the address. */
  owner: Fix['owner'];
  /** What is lost without it. */
  features: Feature[];
}

export function read(view: View<(typeof NEEDS)[number]>): Clues {
  // What goes through the node proxy is the kubelet's answer, or its silence.
  const http = view.all('apiserver/http').filter(({ subject }) => !subject.includes('/proxy/'));
  const heard = http.flatMap((fact): Heard[] => {
    const answer = seen(fact);
    return answer ? [{ fact, answer }] : [];
  });
  const silent = http.find((fact) => ESSENTIAL.test(fact.subject) && failure(fact));
  const versionFact = view.one('apiserver/version');
  const readinessFact = view.one('apiserver/readiness');
  return {
    endpoint: agentsEndpoint(view.one('apiserver/candidates')) ?? 'unknown',
    heard,
    witness: http,
    speaksKubernetes: heard.some(({ answer: { voice } }) => voice === 'apiserver' || voice === 'kubernetes-api-other'),
    throttled: heard.find(({ answer }) => answer.status === 429),
    silent: silent && { fact: silent, code: failure(silent) ?? '' },
    version: seen(versionFact),
    versionFact,
    readiness: seen(readinessFact),
    readinessFact,
    known: seen(view.one('apiserver/identity')) !== undefined,
    owner: ownerHere(seen(view.one('self/place'))),
    features: apiserverFeatures(view.one('self/settings')),
  };
}
