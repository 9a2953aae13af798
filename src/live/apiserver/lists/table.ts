/**
 * Lists as the apiserver prints them for kubectl: a row an object, without the object. 5,000 nodes are 83 MB as objects, 1.3 MB as rows and, compressed,
 * 42 KB. Columns are known by their names: which there are, and in what order, is no API (k8s.io/kubernetes pkg/printers/internalversion/printers.go).
 */

import { text } from '../../../host/text.js';
import { isTable } from '../../../kubernetes/collections.js';
import { list, record } from '../../../kubernetes/json.js';
import { platformOf } from '../../../kubernetes/kubelet/platforms.js';
import { isDnsName } from '../../../kubernetes/names.js';
import type { AgentPod, PlacementNode } from '../../../model/facts/placement.js';
import type { Outcome } from '../../../model/facts.js';
import { type ApiserverClient, refused } from '../client.js';
import { denied, PAGE_BYTES } from './pages.js';

/** Columns that are read: those that must be there, and more of them. */
const READ = ['Name', 'Status', 'Version', 'Ready', 'Restarts', 'Node', 'Roles', 'OS-Image', 'Readiness Gates'] as const;

/** What stands in a column, by its name; '' where there is no such column. */
export type Row = (column: (typeof READ)[number]) => string;

interface Page {
  rows: Row[];
  more: string;
  /** As the server estimates. */
  remaining: number;
}

const MOST_SAID = 1000;

/** A server that makes pages all the same. */
const MOST_PAGES = 40;

export const NODE_COLUMNS = ['Name', 'Status', 'Version'] as const;
export const POD_COLUMNS = ['Name', 'Ready', 'Status', 'Restarts', 'Node'] as const;

/** How many there are, from a table of one row. */
export async function countOf(api: ApiserverClient, path: string, columns: readonly string[]): Promise<Outcome<number>> {
  const page = await askPage(api, `${path}?includeObject=None&limit=1`, columns);
  return page.status === 'observed' ? { status: 'observed', data: page.data.rows.length + page.data.remaining } : denied(page);
}

/** All rows, from what the server has in memory; undefined where it makes no such table, or not to its end. */
export async function tableOf(api: ApiserverClient, path: string, columns: readonly string[]): Promise<Row[] | undefined> {
  const asked = `${path}${path.includes('?') ? '&' : '?'}includeObject=None`;
  const rows: Row[] = [];
  for (let [at, more] = [0, '']; at < MOST_PAGES; at += 1) {
    const page = await askPage(api, `${asked}${more ? `&continue=${encodeURIComponent(more)}` : '&resourceVersion=0'}`, columns);
    if (page.status !== 'observed') return undefined;
    for (const row of page.data.rows) rows.push(row);
    more = page.data.more;
    if (!more) return rows;
  }
  return undefined;
}

async function askPage(api: ApiserverClient, path: string, columns: readonly string[]): Promise<Outcome<Page>> {
  return api.ask<Page>({ path, maxBytes: PAGE_BYTES, large: true, table: true }, (answer, json) => {
    if (answer.status !== 200) return refused(answer);
    const read = readPage(json, columns);
    return read ? { status: 'observed', data: read } : { status: 'failed', code: 'ENOTABLE', detail: 'no table with these columns' };
  });
}

function readPage(json: unknown, columns: readonly string[]): Page | undefined {
  if (!isTable(json)) return undefined;
  const { columnDefinitions, rows, metadata } = record(json);
  const names = list(columnDefinitions).map((column) => text(record(column).name));
  if (!columns.every((column) => names.includes(column))) return undefined;
  const places = READ.map((column) => names.indexOf(column));
  const { continue: more, remainingItemCount: left } = record(metadata);
  // Of thousands of rows most say the same, apart from names.
  const said = new Map<unknown, string>();
  const clean = (cell: unknown): string => {
    if (typeof cell === 'string' && isDnsName(cell)) return cell;
    const known = said.get(cell) ?? text(cell, 600);
    if (said.size < MOST_SAID) said.set(cell, known);
    return known;
  };
  return {
    rows: list(rows).map((row): Row => {
      const cells = list(record(row).cells);
      const words = places.map((place) => (place < 0 ? '' : clean(cells[place])));
      return (column) => words[READ.indexOf(column)] ?? '';
    }),
    more: typeof more === 'string' ? more : '',
    remaining: typeof left === 'number' && left > 0 ? left : 0,
  };
}

/** Of a node that is ready, with an agent. */
export function briefNode(row: Row): PlacementNode {
  const { name, version, roles } = { name: row('Name'), version: row('Version').slice(0, 60), roles: row('Roles') };
  const platform = platformOf({ name, version, osImage: row('OS-Image'), labels: {} });
  const labels = roles.split(',').flatMap((role) => (role && !role.startsWith('<') ? [[`node-role.kubernetes.io/${role}`, '']] : []));
  return {
    node: name,
    labels: Object.fromEntries(labels),
    taints: [],
    unschedulable: false,
    ready: 'True',
    pressure: [],
    kubeletVersion: version,
    ...(platform ? { platform } : {}),
    brief: true,
  };
}

/** `Ready`; `NotReady,SchedulingDisabled`. */
export const isPlainlyReady = (row: Row): boolean => row('Status') === 'Ready';

/** A pod on its node, ready where it runs with all of its containers; undefined where its row leaves open whose it is, or where. */
export function briefPod(row: Row, { namespace, name }: { namespace: string; name: string }): AgentPod | undefined {
  const [, ready, of] = /^(\d+)\/(\d+)$/.exec(row('Ready')) ?? [];
  const [, gates, ofGates] = /^(\d+)\/(\d+)$/.exec(row('Readiness Gates')) ?? [];
  const isReady = ready !== undefined && ready !== '0' && ready === of && gates === ofGates && row('Status') === 'Running';
  const [pod, node] = [row('Name'), row('Node')];
  if (!node || node.startsWith('<') || !isNameOf(name, pod)) return undefined;
  return {
    namespace,
    pod,
    node,
    owner: `DaemonSet/${name}`,
    sidecar: false,
    phase: 'Running',
    ready: isReady,
    leaving: false,
    restarts: Number.parseInt(row('Restarts'), 10) || 0,
  };
}

/** As the apiserver makes names (k8s.io/apiserver storage/names): 58 characters at most, and five by chance. */
function isNameOf(daemonSet: string, pod: string): boolean {
  const base = `${daemonSet}-`.slice(0, 58);
  return pod.startsWith(base) && /^[a-z0-9]{5}$/.test(pod.slice(base.length));
}
