/** Nodes as rows: has each an agent, would one run, and why not. */
import type { NodeRow, NodeState } from '../../checks/placement/shared/coverage.js';
import { nameOfPart, partsOf, type Situation, situationOf } from '../../checks/placement/shared/placement.js';
import { listName, whyCut, whyUnread } from '../../checks/placement/shared/unread.js';
import { flatten } from '../../judge/rank.js';
import { refusalText } from '../../kubernetes/scheduling.js';
import type { AnyFact } from '../../model/facts.js';
import type { Report } from '../../model/report.js';
import { sayNodes as say } from '../../words/tables.js';
import { factOf } from '../facts.js';
import { spoken } from '../spoken.js';

/** A row as the JSON has it, there in English; keys and their meaning are kept. */
export interface NodeLine {
  /** Since 1.5, of a manifest with several agents: the DaemonSets that this row is about. */
  daemonset?: string;
  node: string;
  controlPlane: boolean;
  state: NodeState;
  /** An agent's pods there, `NAMESPACE/NAME`; left out, like `ready`, where the pods were not read. */
  pods?: string[];
  ready?: boolean;
  wouldRun: boolean;
  why: string;
}

export function nodeLines(rows: readonly NodeRow[], report: Report, daemonset?: string): NodeLine[] {
  // What keeps a pod from being created stands in no Node, and what was told of one that waits in no status: the finding knows.
  const found = flatten(report.findings);
  const titleOf = (questions: readonly string[]) => {
    const title = found.find(({ question }) => questions.includes(question))?.title;
    return title && spoken(title);
  };
  const [refused, waits] = [titleOf(['pod-admission']), titleOf(['pod-waits', 'kubelet-authority-file'])];
  return rows.map((row) => ({
    ...(daemonset !== undefined && { daemonset }),
    node: row.node,
    controlPlane: row.controlPlane,
    state: row.state,
    ...(row.podsRead && {
      pods: row.pods.map(({ namespace, pod }) => `${namespace}/${pod}`),
      ready: row.pods.some(({ ready }) => ready),
    }),
    wouldRun: row.state !== 'refused' && row.state !== 'other' && row.refusal === undefined,
    why: (row.state === 'missing' && refused) || (row.state === 'not-ready' && !row.pods[0]?.message && waits) || whyOf(row),
  }));
}

function whyOf({ state, refusal, pods, ready }: NodeRow): string {
  const [pod] = pods;
  switch (state) {
    case 'refused':
      return refusal ? refusalText(refusal) : '';
    case 'missing':
      return say('missing');
    case 'not-ready':
      return [pod?.reason ?? pod?.phase, pod?.message].filter(Boolean).join(': ');
    case 'condition':
      return ready === 'True' ? say('notSetUp') : say('notReady');
    case 'unknown':
      return '';
    case 'other':
      return refusal ? refusalText(refusal) : say('notSelected');
    case 'covered':
      return refusal ? say('older', { why: refusalText(refusal) }) : '';
  }
}

/** The rows, and whether they speak of what runs or of a manifest. */
export interface FoundNodes extends Pick<Situation, 'rows' | 'all' | 'cuts' | 'unread'> {
  installed: boolean;
  /** Of a manifest with several agents: which. */
  name?: string | undefined;
}

/** The rows are those that the checks judged. `installed`: they speak of what runs, and not of a manifest. */
export function foundNodes(facts: readonly AnyFact[], installed: boolean): FoundNodes[] {
  const at = situationOf({
    workloads: factOf(facts, 'apiserver/workloads'),
    nodes: factOf(facts, 'apiserver/nodes'),
    pods: factOf(facts, 'apiserver/agent-pods'),
  });
  const parts = typeof at !== 'string' && 'rows' in at ? partsOf(at) : [];
  return parts.map((part) => ({ ...part, installed, name: nameOfPart(part, parts) }));
}

/** Why the rows do not say it all, a sentence each. */
export function nodesUnread({ cuts, unread }: Pick<FoundNodes, 'cuts' | 'unread'>): string[] {
  return [
    ...(unread ? [unreadWords(unread)] : []),
    ...cuts.map(({ kind, cut }) => say('cut', { count: cut.read, list: listName({ kind }), why: whyCut(cut) })),
  ];
}

function unreadWords(unread: NonNullable<FoundNodes['unread']>): string {
  const why = whyUnread(unread);
  return unread.kind === 'agent-pods' ? say('unreadPods', { why }) : say('unread', { list: listName(unread), why });
}
