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

/** A Node, as it is printed. */
export interface NodeLine {
  name: string;
  /** `Ready`; `NotReady,SchedulingDisabled`. */
  status: string;
  version: string;
  roles: string;
  osImage: string;
}

/** A Pod, as it is printed. */
export interface PodLine {
  name: string;
  /** `2/3`. */
  ready: string;
  status: string;
  restarts: string;
  /** `<none>` where it has none yet. */
  node: string;
  /** `1/1`, or `<none>`. */
  gates: string;
}

/** What stands in a column of the row at hand; '' where there is no such column. */
type Cell = () => string;

/** A kind that is printed: the columns that must be there, and what is read of a row. */
export interface Printed<Line> {
  must: readonly string[];
  lines: (column: (name: string, holds?: 'names') => Cell) => () => Line;
}

export const NODES: Printed<NodeLine> = {
  must: ['Name', 'Status', 'Version'],
  lines(column) {
    const [name, status, version] = [column('Name', 'names'), column('Status'), column('Version')];
    const [roles, osImage] = [column('Roles'), column('OS-Image')];
    return () => ({ name: name(), status: status(), version: version(), roles: roles(), osImage: osImage() });
  },
};

export const PODS: Printed<PodLine> = {
  must: ['Name', 'Ready', 'Status', 'Restarts', 'Node'],
  lines(column) {
    const [name, ready, status, restarts] = [column('Name', 'names'), column('Ready'), column('Status'), column('Restarts')];
    const [node, gates] = [column('Node', 'names'), column('Readiness Gates')];
    return () => ({ name: name(), ready: ready(), status: status(), restarts: restarts(), node: node(), gates: gates() });
  },
};

interface Page<Line> {
  lines: Line[];
  more: string;
  /** As the server estimates. */
  remaining: number;
}

const MOST_SAID = 1000;

/** A server that makes pages all the same. */
const MOST_PAGES = 40;

/** How many there are, from a table of one row. */
export async function countOf(api: ApiserverClient, path: string, printed: Printed<unknown>): Promise<Outcome<number>> {
  const page = await askPage(api, `${path}?includeObject=None&limit=1`, printed);
  return page.status === 'observed' ? { status: 'observed', data: page.data.lines.length + page.data.remaining } : denied(page);
}

/** All rows, from what the server has in memory; undefined where it makes no such table, or not to its end. */
export async function tableOf<Line>(api: ApiserverClient, path: string, printed: Printed<Line>): Promise<Line[] | undefined> {
  const asked = `${path}${path.includes('?') ? '&' : '?'}includeObject=None`;
  const lines: Line[] = [];
  for (let [at, more] = [0, '']; at < MOST_PAGES; at += 1) {
    const page = await askPage(api, `${asked}${more ? `&continue=${encodeURIComponent(more)}` : '&resourceVersion=0'}`, printed);
    if (page.status !== 'observed') return undefined;
    for (const line of page.data.lines) lines.push(line);
    more = page.data.more;
    if (!more) return lines;
  }
  return undefined;
}

async function askPage<Line>(api: ApiserverClient, path: string, printed: Printed<Line>): Promise<Outcome<Page<Line>>> {
  return api.ask<Page<Line>>({ path, maxBytes: PAGE_BYTES, large: true, table: true }, (answer, json) => {
    if (answer.status !== 200) return refused(answer);
    const read = readPage(json, printed);
    return read ? { status: 'observed', data: read } : { status: 'failed', code: 'ENOTABLE', detail: 'no table with these columns' };
  });
}

function readPage<Line>(json: unknown, { must, lines }: Printed<Line>): Page<Line> | undefined {
  if (!isTable(json)) return undefined;
  const { columnDefinitions, rows, metadata } = record(json);
  const names = list(columnDefinitions).map((column) => text(record(column).name));
  if (!must.every((column) => names.includes(column))) return undefined;
  const { continue: more, remainingItemCount: left } = record(metadata);
  let cells: unknown[] = [];
  // Of thousands of rows most say the same, apart from names.
  const said = new Map<unknown, string>();
  const clean = (cell: unknown): string => {
    const known = said.get(cell) ?? text(cell, 600);
    if (said.size < MOST_SAID) said.set(cell, known);
    return known;
  };
  const line = lines((name, holds) => {
    const place = names.indexOf(name);
    if (place < 0) return () => '';
    if (!holds) return () => clean(cells[place]);
    return () => {
      const cell = cells[place];
      return typeof cell === 'string' && isDnsName(cell) ? cell : clean(cell);
    };
  });
  return {
    lines: list(rows).map((row) => {
      cells = list(record(row).cells);
      return line();
    }),
    more: typeof more === 'string' ? more : '',
    remaining: typeof left === 'number' && left > 0 ? left : 0,
  };
}

/** Of nodes that are ready, with an agent: thousands of a few kinds, which have in common what is said of a kind. */
export function briefNodes(): (line: NodeLine) => PlacementNode {
  const kinds = new Map<string, Omit<PlacementNode, 'node'>>();
  return (line) => {
    // Of a node's name its beginning says whose it is (kubernetes/kubelet/platforms.ts).
    const kind = `${line.name.slice(0, line.name.indexOf('-') + 1)} ${line.version} ${line.roles} ${line.osImage}`;
    const known = kinds.get(kind) ?? kindOf(line);
    kinds.set(kind, known);
    return { node: line.name, ...known };
  };
}

function kindOf({ name, version, roles, osImage }: NodeLine): Omit<PlacementNode, 'node'> {
  const kubeletVersion = version.slice(0, 60);
  const platform = platformOf({ name, version: kubeletVersion, osImage, labels: {} });
  const labels = roles.split(',').flatMap((role) => (role && !role.startsWith('<') ? [[`node-role.kubernetes.io/${role}`, '']] : []));
  return {
    labels: Object.fromEntries(labels),
    taints: [],
    unschedulable: false,
    ready: 'True',
    pressure: [],
    kubeletVersion,
    ...(platform ? { platform } : {}),
    brief: true,
  };
}

/** `Ready`; `NotReady,SchedulingDisabled`. */
export const isPlainlyReady = ({ status }: NodeLine): boolean => status === 'Ready';

/** Pods of a DaemonSet on their nodes, ready where they run with all of their containers; undefined where a row leaves open whose it is, or where. */
export function briefPods({ namespace, name }: { namespace: string; name: string }): (line: PodLine) => AgentPod | undefined {
  const owner = `DaemonSet/${name}`;
  const isOwn = isNameOf(name);
  return ({ name: pod, node, status, ready, gates, restarts }) => {
    if (!node || node.startsWith('<') || !isOwn(pod)) return undefined;
    const isReady = status === 'Running' && IS_ALL.test(ready) && !IS_SHORT.test(gates);
    const by = { namespace, pod, node, owner, sidecar: false, phase: 'Running', ready: isReady, leaving: false };
    return { ...by, restarts: Number.parseInt(restarts, 10) || 0 };
  };
}

/** `3/3`; `2/3`. */
const IS_ALL = /^(?!0\/)(\d+)\/\1$/;
const IS_SHORT = /^(\d+)\/(?!\1$)\d+$/;

/** As the apiserver makes names (k8s.io/apiserver storage/names): 58 characters at most, and five by chance. */
function isNameOf(daemonSet: string): (pod: string) => boolean {
  const base = `${daemonSet}-`.slice(0, 58);
  return (pod) => pod.startsWith(base) && /^[a-z0-9]{5}$/.test(pod.slice(base.length));
}
