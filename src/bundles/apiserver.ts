/**
 * An apiserver made of a bundle's objects: it answers the same questions as a live one, so that whoever asks one can ask it. What is not in the bundle it
 * does not know, and a list that may be a part says that it goes on.
 */
import { list, record } from '../kubernetes/json.js';
import { isAllowed, type RbacState, requesterOf } from '../kubernetes/rbac.js';
import { type ApiserverClient, NOT_IN_BUNDLE } from '../live/apiserver/client.js';
import { bindingOf, roleOf } from '../live/apiserver/rights-objects.js';
import type { HttpAnswer, Outcome, ServerVersion } from '../model/facts.js';
import type { Completeness } from './collectors/whole.js';
import { type Kind, kindOf, kindOfResource } from './kinds.js';
import { matches } from './objects/selectors.js';
import type { ObjectIndex } from './objects.js';

/** What it knows. */
export interface Cluster {
  index: ObjectIndex;
  whole: Completeness;
  version: ServerVersion | undefined;
  /** When the bundle was made, ms since the epoch. */
  clockMs: number;
}

const MORE = 'not-in-bundle';

type Answered = { status: number; json: unknown } | { absent: string } | { ends: true };

export function bundleApiserver(cluster: Cluster): ApiserverClient {
  const rbac = rbacOf(cluster);
  return {
    as: 'token',
    byRoles: true,
    endpoint: '',
    // What is in a file, anyone may have written.
    wordOf: 'stranger',
    tokenFor: () => undefined,
    ask({ method = 'GET', path, body }, reduce) {
      const answered = method === 'GET' ? read(cluster, path) : reviewed(path, body, rbac);
      if ('ends' in answered)
        return Promise.resolve({ status: 'failed', code: NOT_IN_BUNDLE, detail: 'the bundle may not contain all of them' });
      if ('absent' in answered)
        return Promise.resolve({ status: 'absent', why: 'not-in-bundle', ...(answered.absent && { detail: answered.absent }) });
      const answer: HttpAnswer = {
        method,
        path,
        as: 'token',
        status: answered.status,
        body: '',
        voice: 'apiserver',
        serverTimeMs: cluster.clockMs,
      };
      return Promise.resolve(reduce(answer, answered.json, '', false)) as Promise<Outcome<never>>;
    },
  };
}

const NOT_THERE: Answered = { absent: '' };

function read(cluster: Cluster, path: string): Answered {
  const [, at = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(path) ?? [];
  if (at === '/version') return cluster.version ? { status: 200, json: cluster.version } : NOT_THERE;
  const [, inside] = /^\/api\/v1\/(.+)$/.exec(at) ?? /^\/apis\/[^/]+\/[^/]+\/(.+)$/.exec(at) ?? [];
  if (inside === undefined) return NOT_THERE;
  const parts = inside.split('/').map(decodeURIComponent);
  const [namespace, [resource = '', name, ...beyond]] =
    parts[0] === 'namespaces' && parts.length > 2 ? [parts[1], parts.slice(2)] : [undefined, parts];
  const kind = kindOfResource(resource);
  if (!kind || beyond.length > 0) return NOT_THERE;
  return name === undefined ? listed(cluster, kind, namespace, new URLSearchParams(query)) : one(cluster, kind, namespace, name);
}

function one({ index, whole }: Cluster, kind: Kind, namespace: string | undefined, name: string): Answered {
  const found = index.get(kind.kind, kind.isNamespaced ? (namespace ?? '') : '', name);
  if (found) return { status: 200, json: found };
  const extent = whole.of(kind, namespace);
  if (extent.is !== 'whole') return { absent: extent.is === 'failed' ? extent.why : '' };
  return {
    status: 404,
    json: { kind: 'Status', status: 'Failure', reason: 'NotFound', details: { name, kind: kind.resource }, code: 404 },
  };
}

/** All of them on one page; the page behind that of a part is not in the bundle. */
function listed({ index, whole }: Cluster, kind: Kind, namespace: string | undefined, query: URLSearchParams): Answered {
  if (query.get('continue') === MORE) return { ends: true };
  const extent = whole.of(kind, namespace);
  const all = index.list(kind.kind, namespace);
  if (extent.is !== 'whole' && all.length === 0) return { absent: extent.is === 'failed' ? extent.why : '' };
  const items = all.filter((object) => matches(object, query));
  const metadata = extent.is === 'whole' ? {} : { continue: MORE };
  return { status: 200, json: { kind: `${kind.kind}List`, items, metadata } };
}

interface Rbac {
  state: RbacState;
  /** All that may allow a request there; without a namespace, one about the cluster, which no RoleBinding allows. */
  isWhole(namespace: string | undefined): boolean;
}

/** By the roles that are there; what they allow is allowed, also where they are not all. */
function reviewed(path: string, body: unknown, rbac: () => Rbac): Answered {
  if (!path.endsWith('/subjectaccessreviews')) return NOT_THERE;
  const { user, groups, resourceAttributes, nonResourceAttributes } = record(record(body).spec);
  const { verb = '', group = '', resource = '', subresource, name, namespace } = record(resourceAttributes);
  const about = record(nonResourceAttributes);
  const request = {
    verb: String(about.verb ?? verb),
    group: String(group),
    resource: String(resource),
    ...(subresource !== undefined && { subresource: String(subresource) }),
    ...(name !== undefined && { name: String(name) }),
    ...(namespace !== undefined && { namespace: String(namespace) }),
    ...(about.path !== undefined && { path: String(about.path) }),
  };
  const { state, isWhole } = rbac();
  const allowed = isAllowed(state, requesterOf(String(user), list(groups).map(String)), request);
  if (!allowed && !isWhole(request.namespace)) return NOT_THERE;
  return { status: 201, json: { status: { allowed } } };
}

function rbacOf({ index, whole }: Cluster): () => Rbac {
  let known: Rbac | undefined;
  return () => {
    known ??= {
      state: {
        // As the controller has left them: those that are aggregated are filled.
        roles: [
          ...index.list('ClusterRole').flatMap((item) => roleOf('ClusterRole', item)),
          ...index.list('Role').flatMap((item) => roleOf('Role', item)),
        ],
        bindings: [
          ...index.list('ClusterRoleBinding').flatMap((item) => bindingOf('ClusterRoleBinding', item)),
          ...index.list('RoleBinding').flatMap((item) => bindingOf('RoleBinding', item)),
        ],
      },
      isWhole: (namespace) =>
        ['ClusterRole', 'ClusterRoleBinding'].every((name) => whole.of(kindOf(name) as Kind).is === 'whole') &&
        (namespace === undefined || ['Role', 'RoleBinding'].every((name) => whole.of(kindOf(name) as Kind, namespace).is === 'whole')),
    };
    return known;
  };
}
