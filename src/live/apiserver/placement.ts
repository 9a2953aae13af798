/**
 * Where the agent may run: asks for its DaemonSet, the nodes, its pods and what its namespace lets in. Only at a workstation or when asked
 * to: from the agent's own pod these lists are not ours. Lists only, page by page, each bounded.
 */

import { reduceDaemonSet } from '../../agent-config/reduce-workload.js';
import { NAME, PHRASE, printable } from '../../host/redact.js';
import { list, record } from '../../kubernetes/json.js';
import { isDnsName } from '../../kubernetes/names.js';
import { nearTo } from '../../kubernetes/near.js';
import { BOUNDS } from '../../model/bounds.js';
import type {
  AgentPod,
  AgentPods,
  AgentWorkload,
  ListCut,
  NamespacePolicy,
  PlacementNode,
  PortHolder,
  RefusedCreate,
} from '../../model/facts/placement.js';
import type { FactData, Outcome } from '../../model/facts.js';
import { putConfiguration } from '../agent-configuration.js';
import type { LiveContext } from '../context.js';
import { askConfigurations, keepTemplate, type Templates } from './agent-configuration.js';
import { type ApiserverClient, refused } from './client.js';
import { type InBrief, readInBrief } from './lists/brief.js';
import { type DaemonPods, daemonPodsOf } from './lists/brief-pods.js';
import { denied, type Pages, pages } from './lists/pages.js';
import { saysNotFound } from './named.js';
import { askPodEvents } from './pod-events.js';
import {
  type AgentMarks,
  holdersAt,
  labelsRead,
  marksOf,
  reduceAgentPod,
  reducePlacementNode,
  reducePortHolder,
  reduceRefusedCreate,
} from './reduce-placement.js';

const MOST_NODES_PAGES = 10;
const MOST_PODS_PAGES = 10;
const MOST_WORKLOADS = 10;

const running = new WeakMap<LiveContext, Promise<void>>();
const listed = new WeakMap<LiveContext, Promise<AgentWorkload[]>>();
const daemonPods = new WeakMap<LiveContext, DaemonPods[]>();

/** The agent's DaemonSets and how each is configured; asked once a run. */
export function askWorkloads(context: LiveContext, api: ApiserverClient): Promise<AgentWorkload[]> {
  const asked = listed.get(context) ?? askForWorkloads(context, api);
  listed.set(context, asked);
  return asked;
}

async function askForWorkloads(context: LiveContext, api: ApiserverClient): Promise<AgentWorkload[]> {
  const templates: Templates = new Map();
  const workloads = await context.store.observe(
    { target: 'apiserver', kind: 'workloads', subject: '', reproduce: 'kubectl get daemonsets -A' },
    () => findWorkloads(context, api, templates),
  );
  const found = workloads.status === 'observed' ? workloads.data.workloads : [];
  await askConfigurations(context, api, found, templates);
  return found;
}

/** Asks once a run, however many checks want it. */
export function askPlacement(context: LiveContext, api: ApiserverClient): Promise<void> {
  const asked = running.get(context) ?? askAll(context, api);
  running.set(context, asked);
  return asked;
}

async function askAll(context: LiveContext, api: ApiserverClient): Promise<void> {
  const { store, settings } = context;
  const found = await askWorkloads(context, api);
  // Asked for once the first of both is under way, so that the wait is seen to be one for nodes.
  let brief: Promise<InBrief> | undefined;
  const inBrief = () => {
    brief ??= isMeant(context) ? readInBrief(api, found, daemonPods.get(context) ?? []) : Promise.resolve({});
    return brief;
  };
  await store.observe(
    { target: 'apiserver', kind: 'nodes', subject: '', reproduce: 'kubectl get nodes -o wide' },
    async (soFar) => (await inBrief()).nodes ?? askNodes(api, found, soFar),
  );
  if (found.length === 0) return;
  if (!settings.placement.manifest) {
    const pods = await store.observe(
      { target: 'apiserver', kind: 'agent-pods', subject: '', reproduce: 'kubectl get pods -A -o wide' },
      async (soFar) => (await inBrief()).pods ?? askPods(api, found, soFar),
    );
    if (pods.status === 'observed') await askPodEvents(context, api, pods.data.pods);
  }
  for (const namespace of new Set(found.map((workload) => workload.namespace).filter(Boolean))) {
    const by = (command: string) => (isDnsName(namespace) ? { reproduce: command } : {});
    const policy = { target: 'apiserver', kind: 'namespace-policy', subject: namespace } as const;
    await store.observe({ ...policy, ...by(`kubectl get namespace ${namespace} --show-labels`) }, () =>
      askPolicy(api, namespace, found.find((workload) => workload.namespace === namespace)?.template.priorityClass),
    );
    if (settings.placement.manifest) continue;
    const events = { target: 'apiserver', kind: 'refused-creates', subject: namespace } as const;
    await store.observe({ ...events, ...by(`kubectl -n ${namespace} get events --field-selector reason=FailedCreate`) }, () =>
      askRefusedCreates(api, namespace),
    );
  }
}

/** A manifest is judged on the labels and taints of every node. */
function isMeant({ settings: { placement } }: LiveContext): boolean {
  return placement.brief === true && placement.manifest === undefined;
}

async function findWorkloads(context: LiveContext, api: ApiserverClient, templates: Templates): Promise<Outcome<FactData['workloads']>> {
  const { daemonset, manifest } = context.settings.placement;
  if (manifest) return fromManifest(context, manifest);
  const asked = daemonset && `${daemonset.namespace}/${daemonset.name}`;
  const ofAll: DaemonPods[] = [];
  daemonPods.set(context, ofAll);
  const daemonSetOf = (item: unknown): AgentWorkload[] => {
    const workload = reduceDaemonSet(item);
    if (workload) ofAll.push(daemonPodsOf(item, workload));
    // Of others the template is dropped at once: a page of DaemonSets is some MiB.
    if (workload && (workload.datadog || `${workload.namespace}/${workload.name}` === asked)) keepTemplate(templates, workload, item);
    return workload ? [workload] : [];
  };
  const all = await pages(api, '/apis/apps/v1/daemonsets', MOST_PODS_PAGES, daemonSetOf);
  const isIn = ({ items }: Pages<AgentWorkload>) => items.some(({ namespace, name }) => `${namespace}/${name}` === asked);
  // One that is named is asked for by its name before it is said not to be there.
  if (all.status === 'observed' && (!all.data.cut || !daemonset || isIn(all.data))) {
    const nameOf = ({ namespace, name }: AgentWorkload) => `${namespace}/${name}`;
    const agents = all.data.items.filter((workload) => workload.datadog || nameOf(workload) === asked);
    const workloads = asked ? agents.filter((workload) => nameOf(workload) === asked) : agents;
    const near = asked ? nearTo(asked, all.data.items.map(nameOf)) : [];
    const others = [...new Set([...near, ...agents.map(nameOf)])].filter(
      (name) => !workloads.some((workload) => nameOf(workload) === name),
    );
    const by = asked ? ('flag' as const) : ('search' as const);
    const { cut } = all.data;
    const unmade = asked || cut || agents.length > 0 ? [] : await askUnmade(context, api);
    const data = {
      by,
      ...(asked ? { asked } : {}),
      workloads: workloads.slice(0, MOST_WORKLOADS),
      others: others.slice(0, 5),
      brings: [],
      ...(cut && { cut }),
      ...(unmade.length > 0 && { unmade }),
    };
    return { status: 'observed', data };
  }
  if (!daemonset) return denied(all);
  const path = `/apis/apps/v1/namespaces/${daemonset.namespace}/daemonsets/${daemonset.name}`;
  const one = await api.ask<FactData['workloads']>({ path, maxBytes: 1 << 20 }, (answer, json) => {
    const [workload] = answer.status === 200 ? daemonSetOf(json) : [];
    if (!workload && !saysNotFound(answer, json, 'daemonsets', daemonset.name)) return refused(answer);
    return { status: 'observed', data: { by: 'flag', asked, workloads: workload ? [workload] : [], others: [], brings: [] } };
  });
  return denied(one);
}

const MOST_OBJECTS = 20;

/**
 * What the operator was told to make, where nothing came of it; nothing where it is not installed (404), or its objects are not ours to see. An object
 * that says that it wants no node agent is none (datadog-operator api/datadoghq/v2alpha1 DatadogAgentComponentOverride.Disabled).
 */
async function askUnmade({ clean }: LiveContext, api: ApiserverClient): Promise<NonNullable<FactData['workloads']['unmade']>> {
  const path = `/apis/datadoghq.com/v2alpha1/datadogagents?limit=${MOST_OBJECTS}`;
  const listed = await api.ask<NonNullable<FactData['workloads']['unmade']>>({ path, maxBytes: 4 << 20 }, (answer, json) =>
    answer.status === 200 ? { status: 'observed', data: list(record(json).items).flatMap(unmadeIn) } : refused(answer),
  );
  return listed.status === 'observed' ? listed.data : [];

  function unmadeIn(item: unknown) {
    const { metadata, spec, status } = record(item);
    const { name, namespace } = record(metadata);
    if (typeof name !== 'string' || typeof namespace !== 'string') return [];
    if (record(record(record(spec).override).nodeAgent).disabled === true) return [];
    const conditions = list(record(status).conditions).map(record);
    const failed = conditions.find(({ type, status: holds }) => type === 'DatadogAgentReconcileError' && holds === 'True');
    const error = failed && clean(String(failed.message ?? ''), PHRASE);
    return [{ object: clean(`${namespace}/${name}`, NAME), seen: conditions.length > 0, ...(error && { error }) }];
  }
}

/** The one that is named, else those that look like an agent, else all: whoever hands us a manifest means what is in it. */
async function fromManifest({ host, settings, store }: LiveContext, file: string): Promise<Outcome<FactData['workloads']>> {
  const read = await host.readFile(file, BOUNDS.manifest);
  if (!read.ok) return { status: 'failed', code: read.code, detail: printable(read.detail, PHRASE) };
  // The YAML library is loaded for those who bring a manifest.
  const { parseManifest } = await import('../../agent-config/manifest.js');
  const manifest = parseManifest(read.text, file);
  if ('error' in manifest) return { status: 'failed', code: 'ENOTYAML', detail: manifest.error };
  for (const configuration of manifest.configurations) putConfiguration(store, configuration);
  const { daemonset } = settings.placement;
  const home = (workload: AgentWorkload) => ({ ...workload, namespace: workload.namespace || (daemonset?.namespace ?? '') });
  const all = manifest.daemonSets.map(home);
  const agents = all.filter(({ datadog }) => datadog);
  const named = daemonset && all.filter(({ name }) => name === daemonset.name);
  const workloads = (named ?? (agents.length > 0 ? agents : all)).slice(0, MOST_WORKLOADS);
  const others = all.filter((workload) => !workloads.includes(workload)).map(({ namespace, name }) => `${namespace}/${name}`);
  return { status: 'observed', data: { by: 'manifest', asked: file, workloads, others, brings: manifest.priorityClasses } };
}

async function askNodes(
  api: ApiserverClient,
  workloads: readonly AgentWorkload[],
  soFar: (outcome: Outcome<FactData['nodes']>) => void,
): Promise<Outcome<FactData['nodes']>> {
  const keep = labelsRead(workloads);
  const listed = ({ items, cut }: Pages<PlacementNode>): Outcome<FactData['nodes']> => ({
    status: 'observed',
    data: { nodes: items, complete: !cut, ...(cut && { cut }) },
  });
  const reduce = (item: unknown) => reducePlacementNode(item, keep);
  const all = await pages(api, '/api/v1/nodes', MOST_NODES_PAGES, reduce, (part) => soFar(listed(part)));
  return all.status === 'observed' ? listed(all.data) : denied(all);
}

/**
 * Everywhere, for a second agent may be in any namespace; where that is not ours, or is more than we read, in the agent's own namespaces. A server
 * that broke off is not asked for it all again.
 */
async function askPods(
  api: ApiserverClient,
  workloads: readonly AgentWorkload[],
  soFar: (outcome: Outcome<AgentPods>) => void,
): Promise<Outcome<AgentPods>> {
  const marks: AgentMarks = marksOf(workloads);
  const holding = new Map<string, PortHolder>();
  const reduce = (item: unknown) => {
    for (const holder of reducePortHolder(item, marks)) holding.set(`${holder.namespace}/${holder.pod}`, holder);
    return reduceAgentPod(item, marks);
  };
  const read = (path: string) => pages<AgentPod>(api, path, MOST_PODS_PAGES, reduce);
  const everywhere = await pages<AgentPod>(api, '/api/v1/pods', MOST_PODS_PAGES, reduce, ({ items, cut }) =>
    soFar({ status: 'observed', data: { pods: items, everywhere: false, complete: false, cut } }),
  );
  const found = everywhere.status === 'observed' ? everywhere.data : undefined;
  if (found && !found.cut) {
    const holders = holdersAt(found.items, [...holding.values()]);
    return { status: 'observed', data: { pods: found.items, everywhere: true, complete: true, ...(holders.length > 0 && { holders }) } };
  }
  if (found?.cut && found.cut.code !== 'EMORE')
    return { status: 'observed', data: { pods: found.items, everywhere: false, complete: false, cut: found.cut } };
  if (everywhere.status === 'failed') return denied(everywhere);
  const namespaces = [...new Set(workloads.map(({ namespace }) => namespace))];
  const own: AgentPod[] = [];
  const done = new Set<string>();
  const withOthers = () => [...own, ...(found?.items ?? []).filter(({ namespace }) => !done.has(namespace))];
  const part = (cut: ListCut): Outcome<AgentPods> => ({
    status: 'observed',
    data: { pods: withOthers(), everywhere: false, complete: false, cut },
  });
  for (const namespace of namespaces) {
    const pods = await read(`/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`);
    if (pods.status !== 'observed') return found?.cut ? part(found.cut) : denied(pods);
    done.add(namespace);
    own.push(...pods.data.items);
    if (pods.data.cut) return part(pods.data.cut);
  }
  return { status: 'observed', data: { pods: withOthers(), everywhere: false, complete: true } };
}

async function askPolicy(api: ApiserverClient, namespace: string, priorityClass: string | undefined): Promise<Outcome<NamespacePolicy>> {
  const own = await api.ask<NamespacePolicy>({ path: `/api/v1/namespaces/${encodeURIComponent(namespace)}` }, (answer, json) => {
    if (answer.status !== 200) return refused(answer);
    const enforce = record(record(record(json).metadata).labels)['pod-security.kubernetes.io/enforce'];
    return {
      status: 'observed',
      data: { namespace, ...(typeof enforce === 'string' ? { enforce: printable(enforce, 30) } : {}), quotas: [] },
    };
  });
  if (own.status !== 'observed') return denied(own);
  const quotas = await api.ask<string[]>(
    { path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/resourcequotas?limit=20` },
    (answer, json) =>
      answer.status === 200
        ? { status: 'observed', data: list(record(json).items).map((item) => printable(String(record(record(item).metadata).name), NAME)) }
        : refused(answer),
  );
  const exists = priorityClass
    ? await api.ask<boolean>({ path: `/apis/scheduling.k8s.io/v1/priorityclasses/${encodeURIComponent(priorityClass)}` }, (answer) =>
        answer.status === 200 || answer.status === 404 ? { status: 'observed', data: answer.status === 200 } : refused(answer),
      )
    : undefined;
  const data = {
    ...own.data,
    quotas: quotas.status === 'observed' ? quotas.data : [],
    ...(exists?.status === 'observed' ? { priorityClassExists: exists.data } : {}),
  };
  return { status: 'observed', data };
}

async function askRefusedCreates(api: ApiserverClient, namespace: string): Promise<Outcome<RefusedCreate[]>> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events?fieldSelector=${encodeURIComponent('reason=FailedCreate')}`;
  const events = await pages<RefusedCreate>(api, path, 2, reduceRefusedCreate);
  return events.status === 'observed' ? { status: 'observed', data: events.data.items.slice(0, 100) } : denied(events);
}
