/** What a bundle's logs say, and what was refused to whoever collected it: facts of the node that each speaks of. */

import type { Entry } from '../../files/packed/types.js';
import { SENTENCE } from '../../host/redact.js';
import { list, record } from '../../kubernetes/json.js';
import type { Statement } from '../../model/facts/said.js';
import type { AgentConfiguration, AnyFact } from '../../model/facts.js';
import type { Clean, Speaker } from '../../texts/index.js';
import { createStatements, type Statements, statementsIn, subjectOfStatement } from '../../texts/log/said.js';
import type { KubeObject } from '../kinds.js';
import type { ObjectIndex } from '../objects.js';
import type { Listener, Told } from '../read.js';
import { configAnswered, podsAnswered } from './answers.js';
import {
  configurationIn,
  flareSpeaker,
  ITS_KUBELET,
  isKubeletAnswer,
  isKubeletPods,
  refusalIn,
  refusedPods,
  SETTINGS,
  withKubelet,
} from './flare.js';
import { isLogError, LOG_ERROR, type LogFile, logAt, logErrorIn, MAY_BE_ERROR, type PodName, podAt } from './logs.js';
import { inTheirOrder } from './newest-first.js';
import { createNodenames, type Nodenames } from './nodenames.js';
import { clockIn } from './ntp.js';

/** What was said, and where. */
interface Heard {
  statement: Statement;
  pod?: PodName;
  /** As the path names it. */
  node?: string;
}

/** Statements beyond these are of many nodes and alike. */
const MOST_HEARD = 20_000;
const MOST_SETTINGS = 1024 * 1024;
/** As much of a refusal as a live run keeps. */
const BODY = 512;

/** One a bundle; `clean` is the run's. */
export function createHearing(clean: Clean): Listener {
  const heard: Heard[] = [];
  const settings = new Map<string, string>();
  const currents = new Map<string, { pod: PodName; isSecure: boolean; isInsecure: boolean }>();
  const refused: { path: string; line: string }[] = [];
  const nodenames = createNodenames();
  let podsRefused: string | undefined;
  let configured: AnyFact | undefined;
  let [hasPods, isClusterAgents] = [false, false];

  const keep = (statements: Statement[], about: Omit<Heard, 'statement'> = {}) => {
    for (const statement of statements) if (heard.length < MOST_HEARD) heard.push({ statement, ...about });
  };

  /** The log itself, and in a file of `cluster-info dump` what the apiserver said in its place. */
  async function hearLog(entry: Entry, file: LogFile, edit: (line: string) => string | undefined = (line) => line): Promise<void> {
    const place = {
      log: clean(shortPath(entry.path), SENTENCE),
      ...(file.by && { by: file.by }),
      ...(file.node !== undefined && { node: file.node }),
    };
    const own = createStatements(place, clean);
    let errors: Statements | undefined;
    for await (const line of inTheirOrder(entry, own.skips)) {
      if (LOG_ERROR.test(line)) {
        errors ??= createStatements({ log: place.log, by: 'apiserver' }, clean);
        const reason = logErrorIn(line);
        if (reason !== undefined) errors.push(reason);
        continue;
      }
      const told = edit(line);
      if (told !== undefined) own.push(told);
    }
    const about = { ...(file.pod && { pod: file.pod }), ...(file.node !== undefined && { node: file.node }) };
    keep(
      own.end().map((statement) => (file.isEarlier ? { ...statement, lasts: false } : statement)),
      about,
    );
    if (errors) keep(errors.end(), about);
  }

  const between = createBetween(clean);

  /** A client quotes the whole refusal: it is the kubelet's answer. */
  const noted = (line: string): string => {
    const body = refusedPods(line);
    if (body !== undefined) podsRefused = clean(body, BODY);
    return withKubelet(line);
  };

  return {
    wants(path, head) {
      // Its pods are objects too, which others read.
      if (isKubeletPods(path) && /^(?:apiVersion|kind|items):/m.test(head)) hasPods = true;
      if (/(?:^|\/)cluster-agent-status\.log$/.test(path)) isClusterAgents = true;
      return (
        SETTINGS.test(path) ||
        (isKubeletAnswer(path) && (!isKubeletPods(path) || refusalIn(path, head) !== undefined)) ||
        flareSpeaker(path) !== undefined ||
        nodenames.wants(path) ||
        isLogError(path) ||
        CURRENT.test(path) ||
        MAY_BE_ERROR.test(path) ||
        logAt(path) !== undefined
      );
    },
    async hear(entry) {
      const { path } = entry;
      if (SETTINGS.test(path)) {
        settings.set(path, (await entry.whole(MOST_SETTINGS))?.toString('utf8') ?? '');
        return;
      }
      if (isKubeletAnswer(path)) {
        const line = refusalIn(path, (await entry.head()).toString('utf8'));
        if (line !== undefined) refused.push({ path, line });
        else configured = configAnswered((await entry.whole(MOST_SETTINGS))?.toString('utf8') ?? '', path) ?? configured;
        return;
      }
      if (nodenames.wants(path)) return nodenames.hear(entry);
      const pod = podAt(path);
      const current = CURRENT.exec(path);
      if (current && pod) {
        const [, folder = '', insecure] = current;
        const isThere = (await entry.head()).length > 0;
        const before = currents.get(folder) ?? { pod, isSecure: false, isInsecure: false };
        currents.set(folder, { ...before, ...(isThere && (insecure ? { isInsecure: true } : { isSecure: true })) });
      }
      const speaker = flareSpeaker(path);
      keep(await clockIn(entry, clean));
      const file = logAt(path);
      const isRotated = /\.log\.\d+$/.test(path);
      if (speaker) await hearLog(entry, { by: speaker, isEarlier: isRotated }, isRotated ? withKubelet : noted);
      else if (isLogError(path)) await hearLog(entry, { by: 'apiserver', ...(pod && { pod }), isEarlier: false });
      else if (file) await hearLog(entry, file);
      else if (MAY_BE_ERROR.test(path) && pod) await hearLog(entry, { pod, isEarlier: false }, nothing);
    },
    overhear(line) {
      if (between.push(line)) keep(...between.end());
    },
    async told(_now, index) {
      // That its configuration alone is refused costs an agent nothing.
      for (const { path, line } of refused)
        if (!hasPods || !/kubelet_config/.test(path))
          keep(statementsIn([line], { log: clean(shortPath(path), SENTENCE), by: 'node-agent' }, clean));
      const where = createWhere(index, nodenames);
      keep(unverified([...currents.values()], where.ofPod, clean));
      const all = heard.flatMap((each) => where.told(each));
      const configuration = isClusterAgents ? undefined : await configurationIn(settings, 'flare');
      if (configuration) all.push({ fact: configurationFact(configuration) });
      if (podsRefused !== undefined && !hasPods) all.push({ fact: refusedOf(podsRefused) });
      if (hasPods) all.push({ fact: podsAnswered() });
      if (configured) all.push({ fact: configured });
      return all;
    },
  };
}

function configurationFact(data: AgentConfiguration): AnyFact {
  return { target: 'self', kind: 'agent-configuration', subject: 'flare', outcome: { status: 'observed', data, ms: 0 } };
}

/** A refusal that the agent's log quotes whole is what the kubelet answered it: then the permissions are judged as in a run. */
function refusedOf(body: string): AnyFact {
  const data = { method: 'GET', path: '/pods', as: 'token', voice: 'kubelet', status: 403, body } as const;
  return { target: 'kubelet', kind: 'http', subject: 'token GET /pods', outcome: { status: 'observed', data, ms: 0 } };
}

/** Without the folders of an archive that only tell which run or image it was. */
function shortPath(path: string): string {
  return path.replace(/^.*?\b(?:must-gather|inspect)\.local\.\d+\//, '').replace(/^[^/]*sha256-[\da-f]{64}\//, '');
}

/** openshift/oc: what could be read without verifying the kubelet's certificate alone is in the second of the two. */
const CURRENT = /^(.*\/logs\/)current(\.insecure)?\.log$/;

/** As `kubectl cluster-info dump` prints logs to its output, one after the other. */
const HEADING = /^==== START logs for container (\S{1,253}) of pod ([^\s/]{1,253})\/(\S{1,253}) ====/;
const ENDING = /^==== END logs /;
const PRINTED = 'cluster-info dump';

/** Logs between objects: true where one has ended. */
function createBetween(clean: Clean): { push(line: string): boolean; end(): [Statement[], Omit<Heard, 'statement'>] } {
  let own: Statements | undefined;
  let errors: Statements | undefined;
  let pod: PodName | undefined;
  return {
    push(line) {
      if (ENDING.test(line)) return true;
      const [, container = '', namespace = '', name = ''] = HEADING.exec(line) ?? [];
      if (name !== '') {
        pod = { namespace, name };
        const log = clean(`${PRINTED}: ${namespace}/${name}/${container}`, SENTENCE);
        // As a collector that writes it into a file names that file.
        const by = logAt(`${namespace}/${name}/${container}.log`)?.by;
        own = by && createStatements({ log, by }, clean);
        errors = createStatements({ log, by: 'apiserver' }, clean);
      } else if (LOG_ERROR.test(line)) {
        const reason = logErrorIn(line);
        if (reason !== undefined) errors?.push(reason);
      } else own?.push(line);
      return false;
    },
    end() {
      const all = [...(own?.end() ?? []), ...(errors?.end() ?? [])];
      const about = pod && { pod };
      own = errors = pod = undefined;
      return [all, about ?? {}];
    },
  };
}

/** Of a pod that no one here listens to: what was said in the place of its log alone. */
const nothing = () => undefined;

/** Whose statement it is. */
function createWhere(index: ObjectIndex | undefined, nodenames: Nodenames) {
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
  return { told, ofPod };
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

/**
 * Containers whose logs the apiserver got only without verifying the certificate of their kubelet. One may be chance; that no log of a node came by
 * the other way is not.
 */
function unverified(
  all: readonly { pod: PodName; isSecure: boolean; isInsecure: boolean }[],
  nodeOf: (pod: PodName) => string | undefined,
  clean: Clean,
): Statement[] {
  const nodes = all.map(({ pod }) => nodeOf(pod) ?? '');
  return [...new Set(nodes)].flatMap((node): Statement[] => {
    const containers = all.filter((_, at) => nodes[at] === node);
    const insecure = containers.filter(({ isSecure, isInsecure }) => isInsecure && !isSecure);
    const [first] = insecure;
    if (!first || node === '' || containers.some(({ isSecure }) => isSecure)) return [];
    const log = clean(`namespaces/${first.pod.namespace}/pods/${first.pod.name}`, SENTENCE);
    const sample = 'current.log is empty, current.insecure.log is not';
    return [
      {
        log,
        speaker: 'apiserver',
        node,
        server: 'kubelet',
        side: 'client',
        causes: ['kubelet-certificate-unknown-authority', 'kubelet-certificate-expired', 'kubelet-certificate-name-mismatch'].map(
          (cause) => ({
            cause,
            certainty: 'suspected',
          }),
        ),
        count: insecure.length,
        sample,
        rests: sample,
        lasts: true,
        isHistory: false,
      },
    ];
  });
}
