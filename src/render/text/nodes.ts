/** `kubelet-doctor nodes`: one row a node, grouped by the one reason that decides; findings and their fixes below. */
import { ofAll, type Whole } from '../../checks/placement/shared/counted.js';
import type { NodeRow, NodeState } from '../../checks/placement/shared/coverage.js';
import { isUnanswered } from '../../judge/exit.js';
import type { Report } from '../../model/report.js';
import { asksNothing } from '../../report/headline.js';
import { neutraliseAll, oneLine } from '../../report/plain-text.js';
import { type FoundNodes, type NodeLine, nodeLines, nodesUnread } from '../../report/tables/nodes.js';
import { counted } from '../../words/formats.js';
import { sayNodes as say } from '../../words/tables.js';
import { closeUp, type Look, palette, proseWidth, wrap } from '../style.js';
import { findingsBeside } from './brief.js';
import { headLines } from './head.js';
import type { TextOptions } from './report.js';
import { openLines } from './rest.js';
import { type Cell, gridTable, NARROW } from './table.js';

/** Rows of a terminal; the JSON has all. */
const MOST_ROWS = 200;

/** Trouble first. */
const ORDER: NodeState[] = ['refused', 'missing', 'not-ready', 'unknown', 'condition', 'other', 'covered'];

/** Text without a newline at the end. A table for each of `found`; none where the nodes could not be listed. */
export function renderNodes(report: Report, found: readonly FoundNodes[], { width, colour, verbose }: TextOptions): string {
  const look: Look = { width, paint: palette(colour) };
  const safe = neutraliseAll(report);
  const [only] = found;
  const sum = found.length === 1 && only?.all ? coverage(only.all, only) : undefined;
  const body = [
    ...found.flatMap((part) => section(part, report, look)),
    ...findingsBeside(safe, look, verbose),
    ...(safe.results.some(isUnanswered) ? openLines(safe, look, verbose ? 'all' : 'with an answer elsewhere') : []),
  ];
  return closeUp([...head(safe, sum, look), '', ...body]).join('\n');
}

function section(part: FoundNodes, report: Report, look: Look): string[] {
  const said = part.all ? coverage(part.all, part) : nodesUnread(part).join(' ');
  const lines = neutraliseAll(nodeLines(part.rows, report));
  return [...table(lines, look), '', ...wrap(oneLine(said), proseWidth(look.width)), ''];
}

function head(report: Report, sum: string | undefined, look: Look): string[] {
  const [first = '', second = '', third = ''] = headLines(report, look);
  if (sum === undefined || report.findings.some((finding) => !asksNothing(finding)) || report.summary.verdict === 'incomplete')
    return [first, second, third];
  return [look.paint.green(sum), second, third];
}

/** Nodes minus nodes with an agent: never desired against ready. Counted only where everything was read. */
function coverage(all: Whole<NodeRow>, { installed, name }: FoundNodes): string {
  const of = (state: NodeState) => all.items.filter((row) => row.state === state).length;
  const rest = (['refused', 'missing', 'not-ready', 'condition', 'other'] as const)
    .filter((state) => of(state) > 0)
    .map((state) => say(`count.${state}`, { count: of(state) }))
    .join(', ');
  const words = { covered: ofAll(of('covered'), all, 'node') };
  if (installed) return rest ? say('readyBut', { ...words, rest }) : say('ready', words);
  if (name !== undefined) return rest ? say('partBut', { name, ...words, rest }) : say('part', { name, ...words });
  return rest ? say('wouldRunBut', { ...words, rest }) : say('wouldRun', words);
}

function table(lines: readonly NodeLine[], { width, paint }: Look): string[] {
  const groups = new Map<string, NodeLine[]>();
  for (const line of [...lines].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))) {
    const group = groups.get(`${line.state} ${line.why}`);
    if (group) group.push(line);
    else groups.set(`${line.state} ${line.why}`, [line]);
  }
  const shown = [...groups.values()].flat().slice(0, MOST_ROWS);
  const rows = shown.map((line, at) => {
    const before = shown[at - 1];
    // The reason stands once a group, at its first node.
    return rowOf(line, before?.state === line.state && before.why === line.why, paint);
  });
  const heads = (['node', 'agent', 'runs', 'role', 'why'] as const).map((head) => say(`heads.${head}`));
  const body = width < NARROW ? rows.flatMap((row) => listed(row, width)) : gridTable(heads, rows, width);
  const more = lines.length - shown.length;
  return [...body, ...(more > 0 ? [say('more', { nodes: counted(more, 'moreNode') })] : [])];
}

function rowOf({ node, state, ready, wouldRun, controlPlane, why }: NodeLine, repeated: boolean, paint: Look['paint']): Cell[] {
  const paintRow = state === 'covered' ? paint.green : state === 'other' || ready === undefined ? paint.dim : paint.red;
  return [
    { text: node },
    { text: ready === undefined ? say('agent.unknown') : say(`agent.${state}`), paint: paintRow },
    { text: wouldRun ? say('yes') : say('no') },
    { text: controlPlane ? say('controlPlane') : '' },
    { text: why && repeated ? '"' : why },
  ];
}

function listed([node, agent, , role, why]: readonly Cell[], width: number): string[] {
  const what = [agent?.text, role?.text].filter(Boolean).join(', ');
  return [...wrap(say('row', { node: node?.text ?? '', what }), width, '', '  '), ...(why?.text ? wrap(why.text, width, '  ') : [])];
}
