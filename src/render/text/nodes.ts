/** `kubelet-doctor nodes`: one row a node, grouped by the one reason that decides; findings and their fixes below. */
import { ofAll, type Whole } from '../../checks/placement/shared/counted.js';
import type { NodeRow, NodeState } from '../../checks/placement/shared/coverage.js';
import type { Situation } from '../../checks/placement/shared/placement.js';
import { listName, whyCut, whyUnread } from '../../checks/placement/shared/unread.js';
import { isUnanswered } from '../../judge/exit.js';
import { flatten } from '../../judge/rank.js';
import { refusalText } from '../../kubernetes/scheduling.js';
import type { Report } from '../../model/report.js';
import { neutraliseAll } from '../../report/plain-text.js';
import { counted } from '../../report/words.js';
import { closeUp, type Look, palette, proseWidth, wrap } from '../style.js';
import { findingsBeside } from './brief.js';
import { asksNothing, headLines } from './head.js';
import type { TextOptions } from './report.js';
import { openLines } from './rest.js';
import { type Cell, gridTable, NARROW } from './table.js';

/** A row as the JSON has it; keys and their meaning are kept. */
export interface NodeLine {
  node: string;
  controlPlane: boolean;
  state: NodeState;
  /** An agent's pods there, `NAMESPACE/NAME`; left out, like `ready`, where the pods were not read. */
  pods?: string[];
  ready?: boolean;
  wouldRun: boolean;
  why: string;
}

/** Rows of a terminal; the JSON has all. */
const MOST_ROWS = 200;

/** Trouble first. */
const ORDER: NodeState[] = ['refused', 'missing', 'not-ready', 'unknown', 'condition', 'other', 'covered'];

export function nodeLines(rows: readonly NodeRow[], report: Report): NodeLine[] {
  // What keeps a pod from being created stands in no Node: the finding knows.
  const refused = flatten(report.findings).find(({ question }) => question === 'pod-admission')?.title.en;
  return rows.map((row) => ({
    node: row.node,
    controlPlane: row.controlPlane,
    state: row.state,
    ...(row.podsRead && {
      pods: row.pods.map(({ namespace, pod }) => `${namespace}/${pod}`),
      ready: row.pods.some(({ ready }) => ready),
    }),
    wouldRun: row.state !== 'refused' && row.state !== 'other' && row.refusal === undefined,
    why: row.state === 'missing' && refused ? refused : whyOf(row),
  }));
}

function whyOf({ state, refusal, pods, ready }: NodeRow): string {
  const [pod] = pods;
  switch (state) {
    case 'refused':
      return refusal ? refusalText(refusal) : '';
    case 'missing':
      return "nothing in its scheduling keeps the pod off; see the DaemonSet's events";
    case 'not-ready':
      return [pod?.reason ?? pod?.phase, pod?.message].filter(Boolean).join(': ');
    case 'condition':
      return ready === 'True' ? 'the node is not set up yet' : 'the node is NotReady: no new pod starts there';
    case 'unknown':
      return '';
    case 'other':
      return refusal ? refusalText(refusal) : 'no DaemonSet selects this kind of node';
    case 'covered':
      return refusal ? `${refusalText(refusal)}; the pod is older than that and will not be replaced` : '';
  }
}

/** The rows, and whether they speak of what runs or of a manifest. */
export interface FoundNodes extends Pick<Situation, 'rows' | 'all' | 'cuts' | 'unread'> {
  installed: boolean;
}

/** Why the rows do not say it all, a sentence each. */
export function nodesUnread({ cuts, unread }: Pick<FoundNodes, 'cuts' | 'unread'>): string[] {
  return [
    ...(unread ? [`${unread.kind === 'agent-pods' ? 'Pods' : listName(unread)} could not be listed: ${whyUnread(unread)}.`] : []),
    ...cuts.map(({ kind, cut }) => `Only the first ${cut.read} ${listName({ kind })} were read: ${whyCut(cut)}.`),
  ];
}

/** Text without a newline at the end. `found` undefined: the nodes could not be listed. */
export function renderNodes(report: Report, found: FoundNodes | undefined, { width, colour, verbose }: TextOptions): string {
  const look: Look = { width, paint: palette(colour) };
  const [safe, lines] = [neutraliseAll(report), found && neutraliseAll(nodeLines(found.rows, report))];
  const sum = found?.all && coverage(found.all, found.installed);
  const said = sum ?? (found ? nodesUnread(found).join(' ') : '');
  const body = [
    ...(lines ? [...table(lines, look), '', ...wrap(said, proseWidth(width)), ''] : []),
    ...findingsBeside(safe, look, verbose),
    ...(safe.results.some(isUnanswered) ? openLines(safe, look, verbose ? 'all' : 'with an answer elsewhere') : []),
  ];
  return closeUp([...head(safe, sum, look), '', ...body]).join('\n');
}

function head(report: Report, sum: string | undefined, look: Look): string[] {
  const [first = '', second = '', third = ''] = headLines(report, look);
  if (sum === undefined || report.findings.some((finding) => !asksNothing(finding)) || report.summary.verdict === 'incomplete')
    return [first, second, third];
  return [look.paint.green(sum), second, third];
}

/** Nodes minus nodes with an agent: never desired against ready. Counted only where everything was read. */
function coverage(all: Whole<NodeRow>, installed: boolean): string {
  const of = (state: NodeState, words: string) => {
    const count = all.items.filter((row) => row.state === state).length;
    return count > 0 ? [`${count} ${words}`] : [];
  };
  const rest = [
    ...of('refused', 'kept off'),
    ...of('missing', 'without an agent'),
    ...of('not-ready', 'with an agent that is not ready'),
    ...of('condition', 'not ready'),
    ...of('other', 'not selected'),
  ].join(', ');
  const covered = ofAll(all.items.filter(({ state }) => state === 'covered').length, all, 'node');
  const lead = installed ? `An agent is ready on ${covered}` : `The agent would run on ${covered}`;
  return `${lead}${rest && `; ${rest}`}.`;
}

const AGENT: Record<NodeState, string> = {
  covered: 'ready',
  'not-ready': 'not ready',
  missing: 'none',
  refused: 'none',
  condition: 'none',
  other: 'none',
  unknown: 'unknown',
};

function table(lines: readonly NodeLine[], { width, paint }: Look): string[] {
  const groups = new Map<string, NodeLine[]>();
  for (const line of [...lines].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)))
    groups.set(`${line.state} ${line.why}`, [...(groups.get(`${line.state} ${line.why}`) ?? []), line]);
  const shown = [...groups.values()].flat().slice(0, MOST_ROWS);
  const rows = shown.map((line, at) => {
    const before = shown[at - 1];
    // The reason stands once a group, at its first node.
    return rowOf(line, before?.state === line.state && before.why === line.why, paint);
  });
  const heads = ['node', 'agent', 'runs', 'role', 'why not'];
  const body = width < NARROW ? rows.flatMap((row) => listed(row, width)) : gridTable(heads, rows, width);
  const more = lines.length - shown.length;
  return [...body, ...(more > 0 ? [`and ${counted(more, 'more node')}: --output json lists all`] : [])];
}

function rowOf({ node, state, ready, wouldRun, controlPlane, why }: NodeLine, repeated: boolean, paint: Look['paint']): Cell[] {
  const paintRow = state === 'covered' ? paint.green : state === 'other' || ready === undefined ? paint.dim : paint.red;
  return [
    { text: node },
    { text: ready === undefined ? 'unknown' : AGENT[state], paint: paintRow },
    { text: wouldRun ? 'yes' : 'no' },
    { text: controlPlane ? 'control plane' : '' },
    { text: why && repeated ? '"' : why },
  ];
}

function listed([node, agent, , role, why]: readonly Cell[], width: number): string[] {
  const what = [agent?.text, role?.text].filter(Boolean).join(', ');
  return [...wrap(`${node?.text}: agent ${what}`, width, '', '  '), ...(why?.text ? wrap(why.text, width, '  ') : [])];
}
