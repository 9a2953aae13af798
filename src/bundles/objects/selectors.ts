/** Selectors as an apiserver reads them in the query of a list, as far as anything here asks: equality of labels and of fields. */
import { record, valueAt } from '../../kubernetes/json.js';
import type { KubeObject } from '../kinds.js';

/** Does it match both selectors of this query? An operator that is not known matches nothing. */
export function matches(object: KubeObject, query: URLSearchParams): boolean {
  const labels = record(record(object.metadata).labels);
  return (
    termsOf(query.get('labelSelector')).every((term) => holdsLabel(term, labels)) &&
    termsOf(query.get('fieldSelector')).every((term) => holdsField(term, object))
  );
}

/** By commas, but for those between brackets. */
const termsOf = (selector: string | null): string[] => (selector ?? '').match(/[^,(]+(?:\([^()]*\))?/g) ?? [];

function holdsLabel(term: string, labels: Readonly<Record<string, unknown>>): boolean {
  const [, inKey = '', not, values] = /^([^\s!=]+)\s+(not)?in\s+\(([^)]*)\)$/.exec(term) ?? [];
  if (values !== undefined)
    return (
      values
        .split(',')
        .map((each) => each.trim())
        .includes(String(labels[inKey] ?? '')) !==
      (not !== undefined)
    );
  const [, key = '', operator, value] = /^([^!=]+)(!=|==?)(.*)$/.exec(term) ?? [];
  if (operator !== undefined) return (labels[key] === value) === (operator !== '!=');
  return term.startsWith('!') ? labels[term.slice(1)] === undefined : labels[term] !== undefined;
}

function holdsField(term: string, object: KubeObject): boolean {
  const [, key = '', operator, value] = /^([^!=]+)(!=|==?)(.*)$/.exec(term) ?? [];
  if (operator === undefined) return false;
  return (String(valueAt(object, key.split('.')) ?? '') === value) === (operator !== '!=');
}
