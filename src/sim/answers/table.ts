/** A list as kubectl is given it: columns and cells, as printers.go of 1.36 makes them of nodes and pods; without the objects. */
import { list, record } from '../../kubernetes/json.js';

type Json = Record<string, unknown>;

const NODE = ['Name', 'Status', 'Roles', 'Age', 'Version', 'Internal-IP', 'External-IP', 'OS-Image', 'Kernel-Version', 'Container-Runtime'];
const POD = ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'Node', 'Nominated Node', 'Readiness Gates'];

/** Another server's: the columns in another order and with one more, or without the one that matters. */
export type TableKind = 'shuffled' | 'fewer';

/** Undefined where the simulated server prints no such kind. */
export function tableOf(kind: string, items: readonly Json[], metadata: Json, as?: TableKind): Json | undefined {
  const printed = kind === 'Node' ? { columns: NODE, cells: nodeCells } : kind === 'Pod' ? { columns: POD, cells: podCells } : undefined;
  if (!printed) return undefined;
  const { columns, cells } = printed;
  const shown = as === 'shuffled' ? ['Pool', ...columns].reverse() : columns.filter((column) => as !== 'fewer' || column !== 'Status');
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: shown.map((name) => ({ name, type: 'string', format: '', description: '', priority: 0 })),
    rows: items.map((item) => {
      const values = new Map(columns.map((column, at) => [column, cells(item)[at]]));
      return { cells: shown.map((column) => values.get(column) ?? '<none>'), object: null };
    }),
  };
}

function nodeCells({ metadata, spec, status }: Json): unknown[] {
  const { name, labels } = record(metadata);
  const ready = list(record(status).conditions)
    .map(record)
    .find(({ type }) => type === 'Ready');
  const states = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'];
  if (record(spec).unschedulable === true) states.push('SchedulingDisabled');
  const roles = Object.keys(record(labels)).flatMap((label) => /^node-role\.kubernetes\.io\/(.+)/.exec(label)?.[1] ?? []);
  const { kubeletVersion, osImage, kernelVersion, containerRuntimeVersion } = record(record(status).nodeInfo);
  const address = list(record(status).addresses)
    .map(record)
    .find(({ type }) => type === 'InternalIP')?.address;
  return [
    name,
    states.join(','),
    roles.sort().join(',') || '<none>',
    '30d',
    kubeletVersion,
    address ?? '<none>',
    '<none>',
    osImage,
    kernelVersion,
    containerRuntimeVersion,
  ];
}

function podCells({ metadata, spec, status }: Json): unknown[] {
  const { name, deletionTimestamp } = record(metadata);
  const { phase, containerStatuses, reason } = record(status);
  const containers = list(containerStatuses).map(record);
  const waiting = containers.flatMap(({ state }) => record(record(state).waiting).reason ?? [])[0];
  const said = deletionTimestamp ? 'Terminating' : (waiting ?? reason ?? phase);
  const ready = `${containers.filter((each) => each.ready === true).length}/${list(record(spec).containers).length}`;
  const restarts = containers.reduce((sum, { restartCount }) => sum + (Number(restartCount) || 0), 0);
  return [
    name,
    ready,
    said,
    restarts ? `${restarts} (5m ago)` : '0',
    '30d',
    '10.1.2.3',
    record(spec).nodeName ?? '<none>',
    '<none>',
    '<none>',
  ];
}
