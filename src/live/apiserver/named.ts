/** Is there the object that was named to this run? Where the apiserver says that there is none, the names like it are looked up. */
import { NAME, printable } from '../../host/redact.js';
import { record } from '../../kubernetes/json.js';
import { nearTo } from '../../kubernetes/near.js';
import type { HttpAnswer, NamedObject, Outcome } from '../../model/facts.js';
import type { LiveContext } from '../context.js';
import { type ApiserverClient, type Reduce, refused } from './client.js';
import { askAll, unread } from './rights-objects.js';

const MOST_ALIKE = 3;

/** Of a Node that is known not to be there. */
export function askNodesAlike(context: LiveContext, api: ApiserverClient, node: string): Promise<Outcome<NamedObject>> {
  return context.store.observe(
    { target: 'apiserver', kind: 'named', subject: `Node ${node}`, reproduce: 'kubectl get nodes' },
    async (): Promise<Outcome<NamedObject>> => ({
      status: 'observed',
      data: { exists: false, alike: alike(node, await namesIn(api, 'nodes')) },
    }),
  );
}

export function askNamedAccount(
  context: LiveContext,
  api: ApiserverClient,
  { namespace, name }: { namespace: string; name: string },
): Promise<Outcome<NamedObject>> {
  const asked = `${namespace}/${name}`;
  return context.store.observe(
    { target: 'apiserver', kind: 'named', subject: `ServiceAccount ${asked}`, reproduce: 'kubectl get serviceaccounts -A' },
    async (): Promise<Outcome<NamedObject>> => {
      const within = `namespaces/${encodeURIComponent(namespace)}`;
      const answered = await isThere(api, `/api/v1/${within}`, 'serviceaccounts', name);
      const exists = answered.status === 'observed' ? answered.data : await isListed(api, `/api/v1/${within}/serviceaccounts`, asked);
      if (exists === undefined && answered.status !== 'observed') return unread(answered);
      if (exists) return { status: 'observed', data: { exists: true, alike: [] } };
      const home = await isThere(api, '/api/v1', 'namespaces', namespace);
      const isHomeless = home.status === 'observed' && !home.data;
      const all = (await namesIn(api, 'serviceaccounts')) ?? (await namesIn(api, `${within}/serviceaccounts`));
      const data = { exists: false, alike: alike(asked, all), ...(isHomeless && { gone: 'namespace' as const }) };
      return { status: 'observed', data };
    },
  );
}

/** By the names of a list that was read to its end, where the object itself is not answered. */
async function isListed(api: ApiserverClient, path: string, asked: string): Promise<boolean | undefined> {
  const listed = await askAll(api, path, nameOf, { about: 'instead', asOurselves: true });
  return listed.status === 'observed' && listed.data.complete ? listed.data.items.includes(asked) : undefined;
}

function nameOf(item: unknown): string[] {
  const { namespace, name } = record(record(item).metadata);
  return typeof name === 'string' ? [printable(typeof namespace === 'string' ? `${namespace}/${name}` : name, NAME)] : [];
}

/** In a Status of the apiserver's own about this very object: a page that is not found may be a proxy's, a path one that is not served. */
export function saysNotFound({ status }: HttpAnswer, json: unknown, resource: string, name: string): boolean {
  const { kind, reason, details } = record(json);
  const { kind: ofWhat, name: ofWhom } = record(details);
  return status === 404 && kind === 'Status' && reason === 'NotFound' && ofWhat === resource && ofWhom === name;
}

function isThere(api: ApiserverClient, parent: string, resource: string, name: string): Promise<Outcome<boolean>> {
  const reduce: Reduce<boolean> = (answer, json) => {
    if (answer.status === 200 && record(record(json).metadata).name === name) return { status: 'observed', data: true };
    return saysNotFound(answer, json, resource, name) ? { status: 'observed', data: false } : refused(answer);
  };
  return api.ask({ path: `${parent}/${resource}/${encodeURIComponent(name)}`, maxBytes: 1 << 20, asOurselves: true }, reduce);
}

/** `NAME`, or `NAMESPACE/NAME`; undefined where they may not be listed. */
async function namesIn(api: ApiserverClient, resource: string): Promise<string[] | undefined> {
  const listed = await askAll(api, `/api/v1/${resource}`, nameOf, { about: 'names', asOurselves: true });
  return listed.status === 'observed' ? listed.data.items : undefined;
}

/** Near by their letters; and of the same name in another namespace, however that is called. */
function alike(asked: string, names: readonly string[] = []): string[] {
  const [, name] = asked.split('/');
  const near = nearTo(asked, names);
  const elsewhere = name ? names.filter((each) => each.endsWith(`/${name}`)) : [];
  return [...new Set([...near, ...elsewhere])].slice(0, MOST_ALIKE);
}
