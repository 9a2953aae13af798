/** What no printed fix may do: more than it says, to more than is meant, or what a node does not survive. */
import { parseAllDocuments } from 'yaml';
import type { Evidence, Fix } from '../../src/model/check.js';
import type { AnyFact, FactData, FactKind } from '../../src/model/facts.js';

interface Said {
  cause: string;
  evidence: readonly Evidence[];
  fixes: readonly Fix[];
}

/** What a DaemonSet's pods are made of: such a line reaches every node. */
const TEMPLATE = /^(- name: )?[A-Za-z_]+=|fieldRef|^spec:\n {2}template:|patch daemonset|set env|^helm |^datadog:|^ *env:/m;
/** Said to be for one node, and left to a person: nothing that a machine would write into all. */
const ONE_NODE = /this one node|on this node/;
const SELECTORS = /^(podSelector|namespaceSelector|nodeSelector|labelSelector|selector|matchLabels|matchExpressions)$/;

const CHANGES_OBJECTS = /\b(kubectl|oc)\b.*\b(delete|patch|label|annotate|scale|taint|drain|set env)\b/;

/** What is wrong with these steps; nothing where all is well. `ofNodes`: names and addresses of nodes. */
export function faultOf({ owner, form, action, steps = '' }: Fix, ofNodes: readonly string[]): string | undefined {
  const named = ofNodes.find((name) => new RegExp(`(?<![A-Za-z0-9.-])${name.replaceAll('.', '\\.')}(?![A-Za-z0-9-])`).test(steps));
  const forOne = form === undefined && ONE_NODE.test(action.en);
  if (named && owner === 'agent' && TEMPLATE.test(steps) && !forOne) return `names ${named}, for all nodes`;
  const lines = steps.split('\n');
  const wide = lines.find((line) => CHANGES_OBJECTS.test(line) && /--all\b|-l ['"]?['"]? /.test(line));
  if (wide) return `selects everything: ${wide}`;
  const several = lines.find(
    (line) => CHANGES_OBJECTS.test(line) && / -l |--selector/.test(line) && !/--field-selector[= ]\S*=/.test(line),
  );
  if (several) return `selects more than the one that is meant: ${several}`;
  if (/--type[= ]'?merge\b[\s\S]*\[/.test(steps)) return 'a merge patch that replaces a list';
  if (form === 'kubelet-config' && !/^# in (the file|\/)/.test(steps)) return 'lines of a file that is not named';
  if (form !== 'yaml') return /podSelector: *(\{\}|\n\S)/.test(steps) ? 'an empty podSelector' : undefined;
  return parseAllDocuments(steps)
    .map((document) => faultIn(document.toJS(), '', !document.has('apiVersion')))
    .find((fault) => fault !== undefined);
}

/** A kubelet whose credential is void does not start again by itself: before it is restarted, it gets another. */
const VOID = new Set(['kubelet-kubeconfig-broken', 'client-certificate-expired']);

export function deadlyRestart(findings: readonly Said[]): string[] {
  const isVoid = findings.some(
    ({ cause, evidence }) => VOID.has(cause) && /\/var\/lib\/kubelet|kubelet\.conf/.test(evidence.map(({ saw }) => saw.en).join(' ')),
  );
  return findings.flatMap(({ cause, fixes }) =>
    fixes.flatMap(({ steps = '' }) =>
      isVoid && /systemctl (restart|stop) kubelet/.test(steps) && !/kubeadm kubeconfig user/.test(steps) ? [`${cause}: ${steps}`] : [],
    ),
  );
}

/** Where the evidence names the file of a setting, the fix is for that one. */
export function otherFile({ evidence }: Pick<Said, 'evidence'>, { form, steps = '' }: Fix): string | undefined {
  const file =
    form === 'kubelet-config' ? evidence.flatMap(({ saw }) => /(\/\S+\.(?:ya?ml|conf|json)):\d+/.exec(saw.en)?.[1] ?? [])[0] : undefined;
  return file && !steps.startsWith(`# in ${file}`) ? `is not for ${file}` : undefined;
}

const ATOMIC = /^(tolerations|args|command|nodeSelectorTerms|add|drop)$/;

function faultIn(value: unknown, path = '', isPatch = false): string | undefined {
  if (Array.isArray(value)) return value.map((each, at) => faultIn(each, `${path}[${at}]`, isPatch)).find((fault) => fault !== undefined);
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, each] of Object.entries(value)) {
    const at = path ? `${path}.${key}` : key;
    if (SELECTORS.test(key) && (each === null || Object.keys(each as object).length === 0)) return `${at} is empty`;
    if (/^(verbs|apiGroups|resources|nonResourceURLs)$/.test(key) && (each as unknown[]).includes('*')) return `${at} is *`;
    // Of a patch: lists that have no key to be merged by (k8s.io/api core/v1, listType=atomic) are replaced.
    if (isPatch && ATOMIC.test(key) && Array.isArray(each)) return `${at} replaces the list`;
    if (key === 'subjects' && (each as { kind?: string }[]).some(({ kind }) => kind === 'Group')) return `${at} is a group`;
    const deeper = faultIn(each, at, isPatch);
    if (deeper) return deeper;
  }
  return undefined;
}

/** All of it for one finding, by names and addresses of nodes that are in the facts. */
export function faultsOfFixes(said: Said, facts: readonly AnyFact[]): string[] {
  const ofNodes = nodesIn(facts);
  const faults = said.fixes.flatMap((fix) => {
    const fault = faultOf(fix, ofNodes) ?? otherFile(said, fix);
    return fault ? [`${fault}: ${fix.steps}`] : [];
  });
  return [...faults, ...deadlyRestart([said]).map((restart) => `the node does not survive it: ${restart}`)];
}

/** On a node itself the agent is the one of a package, and its settings are that node's; and what the user has written is kept as it is. */
function nodesIn(facts: readonly AnyFact[]): string[] {
  const data = <K extends FactKind>(kind: K) =>
    facts.flatMap((fact) => (fact.kind === kind && fact.outcome.status === 'observed' ? [fact.outcome.data as FactData[K]] : []));
  if (data('place').some(({ place }) => place === 'node')) return [];
  const names = [
    ...data('node').flatMap(({ node, addresses }) => [node, ...addresses.map(({ address }) => address)]),
    ...data('nodes').flatMap(({ nodes }) => nodes.map(({ node }) => node)),
    ...data('candidates').flatMap((candidates) => candidates.flatMap(({ host, origin }) => (origin === 'node-object' ? [host] : []))),
  ];
  const theirs = JSON.stringify([data('proxy').map(({ noProxy }) => noProxy), data('settings'), data('agent-configuration')]);
  // A name of one letter is that of other objects of a row as well.
  return [...new Set(names)].filter((name) => name.length > 1 && !theirs.includes(name));
}
