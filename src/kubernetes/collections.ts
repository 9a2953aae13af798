/** Lists by their paths: what an apiserver answers to `/api/v1/pods` is a PodList, and nothing else is (api/meta/v1 types.go, TypeMeta of a list). */
import { record } from './json.js';

/** `pods` for `/api/v1/namespaces/datadog/pods?limit=5`; undefined for one object, a subresource or another path. */
export function collectionOf(path: string): string | undefined {
  const [, below = ''] = /^\/(?:api\/[^/?]+|apis\/[^/?]+\/[^/?]+)\/([^?]*)/.exec(path) ?? [];
  const [first, , ...inside] = below.split('/');
  const within = first === 'namespaces' && inside.length > 0 ? inside : below.split('/');
  return within.length === 1 && within[0] ? within[0] : undefined;
}

/** A proxy's page and a list of another kind are no empty list. */
export function isListOf(resource: string, json: unknown): boolean {
  const { kind, items } = record(json);
  if (typeof kind !== 'string' || !kind.endsWith('List')) return false;
  // `items: null` is how Go writes an empty one.
  if (items !== null && items !== undefined && !Array.isArray(items)) return false;
  const one = kind.slice(0, -'List'.length).toLowerCase();
  return [one, `${one}s`, `${one}es`, one.replace(/y$/, 'ies')].includes(resource);
}

/** What an apiserver prints for kubectl: columns and rows of a list (k8s.io/apimachinery meta/v1 Table). */
export function isTable(json: unknown): boolean {
  const { kind, columnDefinitions } = record(json);
  return kind === 'Table' && Array.isArray(columnDefinitions);
}
