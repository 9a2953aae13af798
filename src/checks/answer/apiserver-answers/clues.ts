/** What was heard of the apiserver; nothing is decided here. */
import type { Feature, Fix, View } from '../../../model/check.js';
import type { Fact, HttpAnswer, Readiness, ServerVersion } from '../../../model/facts.js';
import { apiserverFeatures, ownerHere } from '../../shared/apiserver.js';
import { agentsEndpoint } from '../../shared/kubelet.js';
import type { Grounds } from '../../shared/problem.js';
import { failure, isPending, seen } from '../../shared/read.js';

export const NEEDS = [
  'apiserver/candidates',
  'apiserver/http',
  'apiserver/version',
  'apiserver/readiness',
  'apiserver/identity',
  'apiserver/access',
  'apiserver/account',
  'apiserver/node',
  'self/settings',
  'self/place',
] as const;

/** Without an answer to these, nothing is known; another question that hangs is that question's own affair. */
const ESSENTIAL = /\/(version|readyz[^\s/]*|selfsubjectreviews|(?:self)?subjectaccessreviews|nodes\/[^\s/]+)(?: \(|$)/;

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
  /** Of the essential questions one that another server answered, or that was answered with something else. */
  foreign: (Heard & { asked: string; by: 'another' | 'itself' }) | undefined;
  /** The Node object that was given for another one. */
  otherNode: { fact: Fact<'node'>; node: string } | undefined;
  /** It answers without a credential, and cuts the connection for each request with one. */
  cutFor: Fact<'http'> | undefined;
  throttled: Heard | undefined;
  /** An essential question without an answer. */
  silent: { fact: Fact<'http'>; code: string } | undefined;
  /** An essential question that was asked, and whose answer was not waited for to its end: our time was over, or we were too late to hear it. */
  unheard: Fact<'http'> | undefined;
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
    foreign: foreignIn(view, heard),
    otherNode: otherNodeIn(view.one('apiserver/node')),
    cutFor: cutIn(http),
    throttled: heard.find(({ answer }) => answer.status === 429),
    silent: silent && { fact: silent, code: failure(silent) ?? '' },
    unheard: http.find((fact) => ESSENTIAL.test(fact.subject) && isUnheard(fact)),
    version: seen(versionFact),
    versionFact,
    readiness: seen(readinessFact),
    readinessFact,
    known: seen(view.one('apiserver/identity')) !== undefined,
    owner: ownerHere(seen(view.one('self/place'))),
    features: apiserverFeatures(view.one('self/settings')),
  };
}

function isUnheard({ outcome }: Fact<'http'>): boolean {
  if (outcome.status === 'pending') return true;
  return outcome.status === 'absent' && ['busy', 'budget', 'probe-crashed'].includes(outcome.why);
}

const isKubernetes = ({ voice }: HttpAnswer): boolean => voice === 'apiserver' || voice === 'kubernetes-api-other';

/** Answered, and not with what was asked for. */
const NOT_IT = /^(HTTP[23]\d\d|ENOTREVIEW|ENOTNODE)$/;

/** A refusal by an apiserver is one of its answers; /version and /readyz have no mark of a Kubernetes object and are known by what they say. */
function foreignIn(view: View<(typeof NEEDS)[number]>, heard: readonly Heard[]): Clues['foreign'] {
  const reduced = (path: string): { outcome: Fact['outcome'] }[] => {
    if (path.endsWith('/version')) return [view.one('apiserver/version')];
    if (path.includes('/readyz')) return [view.one('apiserver/readiness')];
    if (path.endsWith('/selfsubjectreviews')) return [view.one('apiserver/identity')];
    return path.includes('/nodes/') ? [view.one('apiserver/node')] : [...view.all('apiserver/access'), view.one('apiserver/account')];
  };
  for (const each of heard) {
    const { fact, answer } = each;
    if (!ESSENTIAL.test(fact.subject)) continue;
    const facts = reduced(answer.path);
    const asked = whatOf(answer.path);
    const wasRead = facts.some(({ outcome }) => outcome.status === 'observed');
    const isPlain = /version$|readyz/.test(asked);
    if (!isKubernetes(answer) && !(isPlain && wasRead)) return { ...each, asked, by: 'another' };
    const isOther = facts.some(({ outcome }) => outcome.status === 'failed' && NOT_IT.test(outcome.code));
    if (answer.status < 400 && isOther) return { ...each, asked, by: 'itself' };
  }
  return undefined;
}

function otherNodeIn(fact: Fact<'node'>): Clues['otherNode'] {
  const { outcome } = fact;
  return outcome.status === 'failed' && outcome.code === 'EOTHERNODE' ? { fact, node: outcome.detail } : undefined;
}

function cutIn(http: readonly Fact<'http'>[]): Clues['cutFor'] {
  const [open, credited] = [http.filter(isNobodys), http.filter((fact) => !isNobodys(fact))];
  const isCut = (fact: Fact<'http'>) => failure(fact) === 'ECONNRESET';
  return open.some((fact) => seen(fact)) && credited.every((fact) => isCut(fact) || isPending(fact)) ? credited.find(isCut) : undefined;
}

function isNobodys({ subject }: Fact<'http'>): boolean {
  return subject.startsWith('nobody ');
}

/** `nodes/n1` or the last word of a path: what was asked for, as a title has room for it. */
function whatOf(path: string): string {
  const [plain = ''] = path.split('?', 1);
  const [last = '', before] = plain.split('/').reverse();
  return (before === 'nodes' ? `nodes/${last}` : last) || path;
}
