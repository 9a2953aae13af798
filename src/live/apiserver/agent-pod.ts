/** What the pod of an account tells of its agent: version, the variables that profiles go by, and which checks its files configure. */
import { checkMapsOf, checksOf, checksOfRunners, settingsOf } from '../../agent-config/pod-settings.js';
import { dataOf } from '../../agent-config/template-settings.js';
import { text } from '../../host/text.js';
import { list, record } from '../../kubernetes/json.js';
import type { RunsWhere } from '../../profiles/resolve.js';
import type { Profile } from '../../profiles/types.js';
import { type ApiserverClient, refused } from './client.js';

export interface ToldByPod {
  version?: { value: string; from: string };
  /** As by {@link settingsOf}. */
  settings?: Record<string, string>;
  checks?: Record<string, RunsWhere>;
}

/** With its spec, of which nothing else is kept. */
interface PodSeen extends ToldByPod {
  spec: unknown;
}

type AccountName = { namespace: string; name: string };

/** Chart and operator alike give it this label. */
const CLUSTER_AGENT = 'labelSelector=app.kubernetes.io%2Fcomponent%3Dcluster-agent';

export async function askAgentPod(api: ApiserverClient, account: AccountName, profile: Profile): Promise<ToldByPod | undefined> {
  const { namespace, name } = account;
  const seen = await askPod(api, namespace, `fieldSelector=${encodeURIComponent(`spec.serviceAccountName=${name}`)}`);
  const { spec: _, ...pod } = seen ?? {};
  if (!profile.features.some(({ check }) => check)) return seen && pod;
  // Which checks go to the runners stands with the Cluster Agent, which hands them out.
  const spec = (profile.runner ? await askPod(api, namespace, CLUSTER_AGENT) : seen)?.spec;
  if (spec === undefined) return seen && pod;
  const maps = await Promise.all(checkMapsOf(spec).map(async (map) => [map, await askData(api, namespace, map)] as const));
  const checks = checksOf(spec, new Map(maps.flatMap(([map, data]) => (data ? [[map, data] as const] : []))));
  return { ...pod, checks: profile.runner ? checksOfRunners(checks) : checks };
}

async function askPod(api: ApiserverClient, namespace: string, selector: string): Promise<PodSeen | undefined> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods?${selector}&limit=1`;
  const outcome = await api.ask<PodSeen>({ path, maxBytes: 1 << 20 }, (answer, json) => {
    if (answer.status !== 200) return refused(answer);
    const pod = record(list(record(json).items)[0]);
    const containers = list(record(pod.spec).containers).map(record);
    if (containers.length === 0) return { status: 'absent', why: 'not-attempted' };
    const images = containers.map((container) => text(container.image, 500));
    const version = images.flatMap((image) => /(?:agent|server)[^:@]{0,100}:v?(\d+\.\d+(?:\.\d+)?)/.exec(image)?.[1] ?? [])[0];
    const settings = settingsOf(containers);
    return {
      status: 'observed',
      data: {
        ...(version && { version: { value: version, from: `image of pod ${text(record(pod.metadata).name)}` } }),
        ...(settings && { settings }),
        spec: pod.spec,
      },
    };
  });
  return outcome.status === 'observed' ? outcome.data : undefined;
}

/** Of the ConfigMap nothing is kept but what `checksOf` finds in it. */
async function askData(api: ApiserverClient, namespace: string, name: string): Promise<Record<string, string> | undefined> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps/${encodeURIComponent(name)}`;
  const outcome = await api.ask<Record<string, string>>({ path, maxBytes: 1 << 20 }, (answer, json) =>
    answer.status === 200 ? { status: 'observed', data: dataOf(json) } : refused(answer),
  );
  return outcome.status === 'observed' ? outcome.data : undefined;
}
