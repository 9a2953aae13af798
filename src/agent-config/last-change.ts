/**
 * Who changed an object last, and when: metadata.managedFields, which the apiserver keeps by itself. An entry's time moves with each change of a
 * field that its manager owns (Kubernetes 1.31 to 1.37 structured-merge-diff, apimachinery/pkg/apis/meta/v1 ManagedFieldsEntry).
 */

import { list, record, valueAt } from '../kubernetes/json.js';
import type { Change } from '../model/facts.js';

const MOST = 100;
/** A manager is the client's own word for itself; what is no name says nothing. */
const NAME = /^[\w.:@+-]{1,64}$/;

/** The last change of one of these fields (`f:spec.f:taints`), or nothing. A status that a controller writes (`subresource`) is none. */
export function lastChange(item: unknown, ...fields: readonly string[]): { changed?: Change } {
  const owners = list(record(record(item).metadata).managedFields)
    .slice(0, MOST)
    .map(record)
    .filter(({ subresource, fieldsV1 }) => !subresource && fields.some((field) => valueAt(fieldsV1, field.split('.')) !== undefined));
  const [last] = owners
    .flatMap(({ time, manager }) => (isTime(time) ? [{ at: time, manager }] : []))
    .sort((a, b) => (a.at < b.at ? 1 : -1));
  return last ? { changed: { at: last.at, ...(NAME.test(String(last.manager)) && { client: String(last.manager) }) } } : {};
}

/** As Kubernetes writes times: to the second, UTC. */
export function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) && !Number.isNaN(Date.parse(value));
}

/** When the condition became what it is. */
export function turned(condition: unknown): string | undefined {
  const { lastTransitionTime } = record(condition);
  return isTime(lastTransitionTime) ? lastTransitionTime : undefined;
}
