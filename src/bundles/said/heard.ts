/** What was said in a bundle, kept until all of it is read; then whose it is: of a node by its name, its address or its pod, or of the cluster. */
import { list, record } from '../../kubernetes/json.js';
import type { Statement } from '../../model/facts/said.js';
import type { AnyFact } from '../../model/facts.js';
import type { Speaker } from '../../texts/index.js';
import { subjectOfStatement } from '../../texts/log/said.js';
import type { KubeObject } from '../kinds.js';
import type { ObjectIndex } from '../objects.js';
import type { Told } from '../read.js';
import { ITS_KUBELET } from './flare.js';
import type { PodName } from './logs.js';
import type { Nodenames } from './nodenames.js';

/** Where it was said. */
export interface About {
  pod?: PodName;
  /** As the path names it. */
  node?: string;
  /** The root of a flare. */
  flare?: string;
}

export interface Heard extends About {
  statement: Statement;
}

/** Statements beyond these are of many nodes and alike. */
const MOST_HEARD = 20_000;

interface Memory {
  keep(statements: readonly Statement[], about?: About): void;
  /** In the order in which they came. */
  all(): readonly Heard[];
}

/** One a bundle. */
export function createMemory(): Memory {
  const heard: Heard[] = [];
  return {
    keep(statements, about = {}) {
      for (const statement of statements) if (heard.length < MOST_HEARD) heard.push({ statement, ...about });
    },
    all: () => heard,
  };
}

interface Whose {
  /** Nothing where it is of one of many nodes, and it is not known of which. */
  told(heard: Heard): Told[];
  ofPod(pod: PodName | undefined): string | undefined;
  /** By its name or an address. */
  ofName(known: string | undefined): string | undefined;
}

/** By the objects of the bundle, and the names that it calls its nodes by. */
export function createWhose(index: ObjectIndex | undefined, nodenames: Pick<Nodenames, 'of'>): Whose {
  const nodes = index?.list('Node') ?? [];
  const names = new Map<string, string>();
  for (const { metadata, status } of nodes) {
    const name = String(record(metadata).name);
    for (const known of [name, ...list(record(status).addresses).map((each) => String(record(each).address))]) names.set(known, name);
  }
  const nameOf = (known: string | undefined) =>
    known === undefined ? undefined : (names.get(known) ?? (nodes.length === 0 ? (nodenames.of(known) ?? known) : undefined));
  const ofPod = (pod: PodName | undefined) => {
    const node = pod && record(index?.get('Pod', pod.namespace, pod.name)?.spec).nodeName;
    return typeof node === 'string' ? node : undefined;
  };
  const ready = new Set(nodes.filter(isReady).map(({ metadata }) => String(record(metadata).name)));
  /** A node that is ready posts its status: what its kubelet met at the apiserver, and what kept it from being ready, is over. */
  const isOver = ({ speaker, server, causes }: Statement, at: string | undefined) =>
    at !== undefined && ready.has(at) && ((speaker === 'kubelet' && server === 'apiserver') || causes[0]?.cause === 'node-not-ready');
  const told = ({ statement, pod, node }: Heard): Told[] => {
    const { speaker, server, host, node: named } = statement;
    const isOfNode = OF_A_NODE.includes(speaker) || server === 'kubelet' || server === 'read-only-port';
    const own = names.get(host ?? '') ?? nameOf(named) ?? ofPod(pod) ?? nameOf(node);
    const at = isOfNode ? (OF_A_NODE.includes(speaker) ? (nameOf(named) ?? ofPod(pod) ?? nameOf(node) ?? own) : own) : undefined;
    // Of one of many nodes, and it is not known of which.
    if (isOfNode && at === undefined && nodes.length > 1) return [];
    if (isOthers(statement)) return [];
    const data = { ...asItWas(statement), ...(isOver(statement, at) && { isHistory: true, lasts: false }) };
    const fact: AnyFact = {
      target: 'self',
      kind: 'said',
      subject: subjectOfStatement(statement),
      outcome: { status: 'observed', data, ms: 0 },
    };
    return [{ ...(at !== undefined && { node: at }), fact }];
  };
  return { told, ofPod, ofName: nameOf };
}

function isReady({ status }: KubeObject): boolean {
  return list(record(status).conditions).some((each) => record(each).type === 'Ready' && record(each).status === 'True');
}

/** Other clients of kubelets and the apiserver: what they say of no server that is named is about themselves. */
function isOthers({ speaker, server }: Statement): boolean {
  return OTHERS.includes(speaker) && server !== 'kubelet' && server !== 'apiserver';
}
const OTHERS: readonly string[] = ['metrics-server', 'prometheus', 'opentelemetry', 'controller-manager'] satisfies Speaker[];

/** Without the address that was put in so that it is known whom it is from. */
function asItWas({ host, ...statement }: Statement): Statement {
  if (host !== ITS_KUBELET) return { ...statement, ...(host !== undefined && { host }) };
  const bare = (text: string) =>
    text.replace(/^unexpected status code \d{3} on https:\/\/kubelet:10250\/\w+: /, '').replace(/ on https:\/\/kubelet:10250\/\w+/, '');
  return { ...statement, sample: bare(statement.sample), rests: bare(statement.rests) };
}

/** Programs that run on a node, and speak of it. */
const OF_A_NODE: readonly string[] = ['node-agent', 'other-agent', 'kubelet', 'runtime'] satisfies Speaker[];
