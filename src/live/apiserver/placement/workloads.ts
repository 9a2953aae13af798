/** The agent's DaemonSets: by a flag, by how they look, or from a manifest; and how each of them is configured. */

import { reduceDaemonSet } from '../../../agent-config/reduce-workload.js';
import { NAME, PHRASE, printable } from '../../../host/redact.js';
import { list, record } from '../../../kubernetes/json.js';
import { nearTo } from '../../../kubernetes/near.js';
import { BOUNDS } from '../../../model/bounds.js';
import type { AgentWorkload } from '../../../model/facts/placement.js';
import type { FactData, Outcome } from '../../../model/facts.js';
import { putConfiguration } from '../../agent-configuration.js';
import type { LiveContext } from '../../context.js';
import { askConfigurations, keepTemplate, type Templates } from '../agent-configuration.js';
import { type ApiserverClient, refused } from '../client.js';
import { type DaemonPods, daemonPodsOf } from '../lists/brief-pods.js';
import { denied, type Pages, pages } from '../lists/pages.js';
import { saysNotFound } from '../named.js';

const MOST_PAGES = 10;
const MOST_WORKLOADS = 10;
const MOST_OBJECTS = 20;

type Workloads = FactData['workloads'];
type Unmade = NonNullable<Workloads['unmade']>;

const listed = new WeakMap<LiveContext, Promise<AgentWorkload[]>>();
const daemonPods = new WeakMap<LiveContext, DaemonPods[]>();

/** How the pods of every DaemonSet are found, of those that were listed. */
export const daemonPodsFound = (context: LiveContext): readonly DaemonPods[] => daemonPods.get(context) ?? [];

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

async function findWorkloads(context: LiveContext, api: ApiserverClient, templates: Templates): Promise<Outcome<Workloads>> {
  const { daemonset, manifest } = context.settings.placement;
  if (manifest) return fromManifest(context, manifest);
  const asked = daemonset && `${daemonset.namespace}/${daemonset.name}`;
  const ofAll: DaemonPods[] = [];
  daemonPods.set(context, ofAll);
  const daemonSetOf = (item: unknown): AgentWorkload[] => {
    const workload = reduceDaemonSet(item);
    if (workload) ofAll.push(daemonPodsOf(item, workload));
    // Of others the template is dropped at once: a page of DaemonSets is some MiB.
    if (workload && (workload.datadog || nameOf(workload) === asked)) keepTemplate(templates, workload, item);
    return workload ? [workload] : [];
  };
  const all = await pages(api, '/apis/apps/v1/daemonsets', MOST_PAGES, daemonSetOf);
  // One that is named is asked for by its name before it is said not to be there.
  if (all.status === 'observed' && (!all.data.cut || !asked || all.data.items.some((workload) => nameOf(workload) === asked)))
    return { status: 'observed', data: await amongAll(context, api, all.data, asked) };
  if (!daemonset || !asked) return denied(all);
  const path = `/apis/apps/v1/namespaces/${daemonset.namespace}/daemonsets/${daemonset.name}`;
  const one = await api.ask<Workloads>({ path, maxBytes: 1 << 20 }, (answer, json) => {
    const [workload] = answer.status === 200 ? daemonSetOf(json) : [];
    if (!workload && !saysNotFound(answer, json, 'daemonsets', daemonset.name)) return refused(answer);
    return { status: 'observed', data: { by: 'flag', asked, workloads: workload ? [workload] : [], others: [], brings: [] } };
  });
  return denied(one);
}

const nameOf = ({ namespace, name }: AgentWorkload): string => `${namespace}/${name}`;

/** Those that look like an agent's, or the one that was asked for; and others that may have been meant. */
async function amongAll(
  context: LiveContext,
  api: ApiserverClient,
  { items, cut }: Pages<AgentWorkload>,
  asked: string | undefined,
): Promise<Workloads> {
  const agents = items.filter((workload) => workload.datadog || nameOf(workload) === asked);
  const workloads = asked ? agents.filter((workload) => nameOf(workload) === asked) : agents;
  const near = asked ? nearTo(asked, items.map(nameOf)) : [];
  const others = [...new Set([...near, ...agents.map(nameOf)])].filter((name) => !workloads.some((workload) => nameOf(workload) === name));
  const unmade = asked || cut || agents.length > 0 ? [] : await askUnmade(context, api);
  return {
    by: asked ? 'flag' : 'search',
    ...(asked ? { asked } : {}),
    workloads: workloads.slice(0, MOST_WORKLOADS),
    others: others.slice(0, 5),
    brings: [],
    ...(cut && { cut }),
    ...(unmade.length > 0 && { unmade }),
  };
}

/**
 * What the operator was told to make, where nothing came of it; nothing where it is not installed (404), or its objects are not ours to see. An object
 * that says that it wants no node agent is none (datadog-operator api/datadoghq/v2alpha1 DatadogAgentComponentOverride.Disabled).
 */
async function askUnmade({ clean }: LiveContext, api: ApiserverClient): Promise<Unmade> {
  const path = `/apis/datadoghq.com/v2alpha1/datadogagents?limit=${MOST_OBJECTS}`;
  const listed = await api.ask<Unmade>({ path, maxBytes: 4 << 20 }, (answer, json) =>
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
async function fromManifest({ host, settings, store }: LiveContext, file: string): Promise<Outcome<Workloads>> {
  const read = await host.readFile(file, BOUNDS.manifest);
  if (!read.ok) return { status: 'failed', code: read.code, detail: printable(read.detail, PHRASE) };
  // The YAML library is loaded for those who bring a manifest.
  const { parseManifest } = await import('../../../agent-config/manifest.js');
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
