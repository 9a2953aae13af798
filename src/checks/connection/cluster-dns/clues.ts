/** Which names stand for the apiserver here, and what came of looking them up. Nothing is decided here. */
import { isIp } from '../../../kubernetes/names.js';
import type { View } from '../../../model/check.js';
import type { Candidate, DnsAnswer, Fact, Need, Place } from '../../../model/facts.js';
import { inPod, isServiceName } from '../../shared/apiserver.js';
import { agentsCandidate } from '../../shared/kubelet.js';
import type { Grounds } from '../../shared/problem.js';
import { failure, isPending, looked, seen, subjectOf } from '../../shared/read.js';

export const NEEDS = [
  'apiserver/dns',
  'apiserver/tls',
  'apiserver/candidates',
  'kubelet/tls',
  'self/place',
  'self/settings',
] as const satisfies readonly Need[];

const SERVICE_NAME = 'kubernetes.default.svc';

export interface Clues {
  place: Place | undefined;
  inPod: boolean;
  settings: Fact<'settings'>;
  candidate: Candidate | undefined;
  /** The names to look up: the one by which the apiserver is addressed, and in a pod the one that stands for cluster DNS. */
  names: string[];
  named: string | undefined;
  waitingFor: string | undefined;
  looked: boolean;
  /** The first that failed, and how; `''` where none did. */
  failed: Fact<'dns'> | undefined;
  name: string;
  code: string;
  /** What that lookup said all the same: which nameservers were asked for what. */
  answer: DnsAnswer | undefined;
  /** The apiserver is addressed by the name that failed. */
  byName: boolean;
  /** Only cluster DNS knows the name that failed. */
  ofCluster: boolean;
  /** How the lookup of the cluster's own name failed, whatever else did. */
  clusterCode: string | undefined;
  searchesCluster: boolean;
  /** In the host's network, and without the cluster's search list: the kubelet gave it the node's resolver, which knows no service. */
  nodesResolver: boolean;
  /** Of a silence: the questions that were put, where we counted them, and those that no one answered. */
  questions: { asked: number; unanswered: number } | undefined;
  /** The second side: the service address, which needs no name. */
  service: Fact<'tls'> | undefined;
  serviceEndpoint: string | undefined;
  /** What a pass rests on. */
  witness: Grounds;
  /** Who answered us meanwhile, without a name: then it is neither our network nor our own slowness. */
  answering: Fact<'tls'> | undefined;
}

export function read(view: View<(typeof NEEDS)[number]>): Clues {
  const place = seen(view.one('self/place'));
  const found = view.one('apiserver/candidates');
  const candidate = agentsCandidate(found);
  const pod = inPod(place);
  const named = candidate && !isIp(candidate.host) ? candidate.host : undefined;
  const names = [...new Set([...(named ? [named] : []), ...(pod ? [SERVICE_NAME] : [])])];
  const lookups = names.map((name) => ({ name, fact: view.one('apiserver/dns', name) }));
  const { name, fact: failed } = lookups.find(({ fact }) => failure(fact)) ?? { name: '', fact: undefined };
  const answer = failed && answerOf(failed);
  const service = (seen(found) ?? []).find(({ origin, host }) => origin === 'service-environment' && isIp(host));
  const serviceEndpoint = service && subjectOf(service);
  const serviceTls = serviceEndpoint === undefined ? undefined : view.one('apiserver/tls', serviceEndpoint);
  const clusters = lookups.find((lookup) => lookup.name === SERVICE_NAME)?.fact;
  return {
    place,
    inPod: pod,
    settings: view.one('self/settings'),
    candidate,
    names,
    named,
    waitingFor: lookups.find(({ fact }) => isPending(fact))?.name,
    looked: lookups.some(({ fact }) => looked(fact)),
    failed,
    name,
    code: (failed && failure(failed)) ?? '',
    answer,
    byName: name === named,
    ofCluster: pod && isServiceName(name),
    clusterCode: pod && clusters ? failure(clusters) : undefined,
    searchesCluster: lookups.some(({ fact }) => hasClusterSearch(answerOf(fact))),
    nodesResolver: pod && isNodesResolver(place, lookups),
    questions: unansweredOf(answer),
    service: serviceTls,
    serviceEndpoint,
    answering: [serviceTls, ...view.all('kubelet/tls')].find((fact) => fact && seen(fact)),
    witness: lookups.map(({ fact }) => fact),
  };
}

/** What a lookup said, failed ones included. */
function answerOf({ outcome }: Fact<'dns'>): DnsAnswer | undefined {
  return outcome.status === 'observed' || outcome.status === 'failed' ? outcome.data : undefined;
}

function unansweredOf(answer: DnsAnswer | undefined): Clues['questions'] {
  const { asked, answered } = answer?.questions ?? {};
  return asked === undefined || answered === undefined ? undefined : { asked, unanswered: asked - answered };
}

/** Wherever the kubelet points a pod at cluster DNS, it writes the cluster's search list: what was asked shows it, whatever came back. */
function isNodesResolver(place: Place | undefined, lookups: readonly { fact: Fact<'dns'> }[]): boolean {
  const answers = lookups.flatMap(({ fact }) => answerOf(fact) ?? []);
  const askedOfCluster = answers.filter(({ asked }) => asked.some(isServiceName));
  return place?.vantage === 'host-network' && askedOfCluster.length > 0 && !answers.some(hasClusterSearch);
}

/** The kubelet's search list for cluster DNS was walked: `NAMESPACE.svc.DOMAIN svc.DOMAIN DOMAIN`. */
function hasClusterSearch(answer: DnsAnswer | undefined): boolean {
  return (answer?.asked ?? []).some((name) => /^kubernetes\.default\.svc\.([^.]+\.)?svc\./.test(name));
}
