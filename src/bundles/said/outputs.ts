/**
 * What commands printed for a collector, where that is no log: descriptions of nodes, errors of kubectl in the place of a list, and curl asking the apiserver
 * from the node.
 */
import type { Entry } from '../../files/packed/types.js';
import { SENTENCE } from '../../host/redact.js';
import type { Statement } from '../../model/facts/said.js';
import type { AnyFact } from '../../model/facts.js';
import type { Clean } from '../../texts/index.js';
import { statementsIn, subjectOfStatement } from '../../texts/log/said.js';
import type { Listener, Told } from '../read.js';

/** sosreport/sos kubernetes plugin; rancherlabs/support-tools. */
const DESCRIPTION = /(?:_describe_node_([a-z\d][a-z\d.-]{0,252})|(?:^|\/)kubectl\/nodesdescribe)$/;
/** The same two: with `2>&1`, so that a file holds the error of the command that was to fill it. */
const OF_KUBECTL =
  /(?:^|\/)(?:rke2|k3s|rke|kubeadm)\/kubectl\/[\w.-]{1,80}$|(?:^|\/)sos_commands\/kubernetes\/.{0,300}kubectl_[^/]{1,300}$/;
/** That whoever collected may not do something says nothing of the agent. */
const KUBECTL_FAILS =
  /^(?:The connection to the server |Unable to connect to the server: |Error from server(?! \((?:Forbidden|NotFound|Unauthorized)\)))/;
/** awslabs/amazon-eks-ami log-collector-script: the node asks its apiserver five times, with the CA that its kubelet has. */
const OF_CURL = /(?:^|\/)networking\/curl_api_server\.txt$/;

/** sigs.k8s.io/kind pkg/cluster/provider.go: one in the folder of each node. */
const OF_NODE = /(?:^|\/)([a-z\d][a-z\d.-]{0,252})\/kubernetes-version\.txt$/;
/** Of most files of a bundle it is known at once that they are none of these. */
const MAY_BE_ONE = /kubectl|curl_api_server|kubernetes-version/;

const MOST_LINES = 5000;
const MOST_FAILURES = 100;
const MOST_NODES = 10_000;
const MOST_STATEMENTS = 5000;

/** One a bundle; `clean` is the run's. */
export function createOutputs(clean: Clean): Listener {
  const heard: { node?: string; statement: Statement }[] = [];
  /** By what kubectl said: it says the same in the place of each list. */
  const failed = new Map<string, { log: string; count: number }>();

  const keep = (statements: readonly Statement[], node?: string) => {
    for (const statement of statements) if (heard.length < MOST_STATEMENTS) heard.push({ statement, ...(node !== undefined && { node }) });
  };

  const nodes = new Set<string>();
  /** Of which a description says that they are ready. */
  const ready = new Set<string>();
  const note = (node: string, isReady: boolean) => {
    if (nodes.size < MOST_NODES) nodes.add(node);
    if (isReady) ready.add(node);
  };

  return {
    wants: (path, head) =>
      MAY_BE_ONE.test(path) &&
      (DESCRIPTION.test(path) ||
        OF_NODE.test(path) ||
        OF_CURL.test(path) ||
        (OF_KUBECTL.test(path) && KUBECTL_FAILS.test(head) && !isLog(path))),
    async hear(entry) {
      const log = clean(entry.path, SENTENCE);
      const [, named] = OF_NODE.exec(entry.path) ?? [];
      if (named !== undefined) return note(named, false);
      if (OF_CURL.test(entry.path)) return keep(statementsIn(triesIn(await linesOf(entry)), { log, by: 'kubelet' }, clean).map(withoutUrl));
      const [line = ''] = (await entry.head()).toString('utf8').split('\n');
      const [, node] = DESCRIPTION.exec(entry.path) ?? [];
      if (DESCRIPTION.test(entry.path) && !KUBECTL_FAILS.test(line)) {
        const lines = await linesOf(entry);
        for (const [name, isReady] of describedIn(lines)) note(name, isReady);
        return keep(statementsIn(lines, { log, ...(node && { node }) }, clean), node);
      }
      const before = failed.get(line) ?? { log, count: 0 };
      if (failed.size < MOST_FAILURES || before.count > 0) failed.set(line, { ...before, count: before.count + 1 });
    },
    nodes: () => [...nodes],
    told() {
      for (const [line, { log, count }] of failed)
        keep(statementsIn([line], { log, by: 'kubectl' }, clean).map((statement) => ({ ...statement, count })));
      return heard.map(({ node, statement }) => {
        const at = node ?? statement.node;
        // An event of the last hour tells of what is over.
        const isOver = at !== undefined && ready.has(at) && statement.causes[0]?.cause === 'node-not-ready';
        return toldOf(isOver ? { ...statement, isHistory: true, lasts: false } : statement, at);
      });
    },
  };
}

/** In the place of a container's log it is heard as that. */
const isLog = (path: string): boolean => /_logs_/.test(path);

async function linesOf(entry: Entry): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of entry.lines()) {
    lines.push(line);
    if (lines.length >= MOST_LINES) break;
  }
  return lines;
}

/** Lines of `curl -v` that say why it failed. */
const WHY = /^(?:\* .{0,300}?\b(?:fail|failed|problem|refused|timed out|could not resolve|unable to|error)\b|curl: \(\d{1,3}\) )/i;
const ASKED = /^curling (https:\/\/[^\s()]{1,300}) \(\d of \d\)/;
const TRYING = /\* {1,4}Trying ([\d.]{7,15}|\[[\da-f:.]{2,45}\]):(\d{1,5})\.\.\./;

/** One line a try: the address, as a client of Go words it, and what curl said. */
function triesIn(lines: readonly string[]): string[] {
  const tries: { url: string; why: string[] }[] = [];
  for (const line of lines) {
    const [, url] = ASKED.exec(line) ?? [];
    const [, host, port] = TRYING.exec(line) ?? [];
    if (url !== undefined) tries.push({ url, why: [] });
    // An older script does not say whom it asks.
    else if (host !== undefined && tries.length === 0) tries.push({ url: `https://${host}:${port}`, why: [] });
    if (WHY.test(line)) tries.at(-1)?.why.push(line);
  }
  return tries.flatMap(({ url, why }) => (why.length > 0 ? [`Get "${url}/livez?verbose": ${why.join('; ')}`] : []));
}

/** Its own words alone. */
function withoutUrl(statement: Statement): Statement {
  return { ...statement, sample: statement.sample.replace(/^Get "[^"]{1,400}": /, '') };
}

/** Names of nodes, and whether each is ready. */
function describedIn(lines: readonly string[]): Map<string, boolean> {
  const found = new Map<string, boolean>();
  let name: string | undefined;
  for (const line of lines) {
    name = /^Name: {1,40}([a-z\d][a-z\d.-]{0,252})\s*$/.exec(line)?.[1] ?? name;
    const [, ready] = /^ {1,8}Ready {1,40}(True|False|Unknown) /.exec(line) ?? [];
    if (name !== undefined && ready !== undefined) found.set(name, ready === 'True');
  }
  return found;
}

function toldOf(data: Statement, node: string | undefined): Told {
  const fact: AnyFact = { target: 'self', kind: 'said', subject: subjectOfStatement(data), outcome: { status: 'observed', data, ms: 0 } };
  return { ...(node !== undefined && { node }), fact };
}
