/** Node selector terms × nodes, as kubernetes component-helpers scheduling/corev1/nodeaffinity and apimachinery labels.Requirement see them. */
import type { Requirement, SelectorTerm } from '../model/facts/placement.js';

/** A node as a term sees it. */
export interface Selectable {
  node: string;
  labels: Readonly<Record<string, string>>;
}

const INTEGER = /^[+-]?\d+$/;
const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n];

/** strconv.ParseInt(text, 10, 64). */
function int64(text: string | undefined): bigint | undefined {
  if (text === undefined || !INTEGER.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return value < LEAST || value > MOST ? undefined : value;
}

/** labels.NewRequirement: one that cannot be parsed makes its whole term match nothing. */
function isValid({ operator, values }: Requirement): boolean {
  if (operator === 'In' || operator === 'NotIn') return values.length > 0;
  if (operator === 'Exists' || operator === 'DoesNotExist') return values.length === 0;
  return (operator === 'Gt' || operator === 'Lt') && values.length === 1 && int64(values[0]) !== undefined;
}

/** NotIn holds on an absent key; Gt and Lt want a label that is an integer. */
export function holds({ key, operator, values }: Requirement, labels: Selectable['labels']): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      const [ours, theirs] = [int64(value), int64(values[0])];
      if (ours === undefined || theirs === undefined || values.length !== 1) return false;
      return operator === 'Gt' ? ours > theirs : ours < theirs;
    }
    default:
      return false;
  }
}

/** Fields: only metadata.name is known, with exactly one value; any other field is absent and reads as ''. */
function fieldHolds({ key, operator, values }: Requirement, node: string): boolean {
  const equal = (key === 'metadata.name' ? node : '') === values[0];
  return operator === 'In' ? equal : !equal;
}

const isFieldValid = ({ operator, values }: Requirement) => (operator === 'In' || operator === 'NotIn') && values.length === 1;

/** All expressions and fields of a term hold; an empty term, and one with a part that cannot be parsed, matches nothing. */
function termMatches({ expressions, fields }: SelectorTerm, { node, labels }: Selectable): boolean {
  if (expressions.length === 0 && fields.length === 0) return false;
  if (!expressions.every(isValid) || !fields.every(isFieldValid)) return false;
  return expressions.every((each) => holds(each, labels)) && fields.every((each) => fieldHolds(each, node));
}

/** Terms are OR-ed; a required affinity without terms matches no node. */
export function affinityMatches(terms: readonly SelectorTerm[], node: Selectable): boolean {
  return terms.some((term) => termMatches(term, node));
}

/** The term that is nearest to matching, and which of its expressions fail; undefined where only fields, or nothing, could be changed. */
export function nearestTerm(terms: readonly SelectorTerm[], { labels, node }: Selectable): { term: number; failing: number[] } | undefined {
  const candidates = terms.flatMap(({ expressions, fields }, term) => {
    if (!fields.every((each) => isFieldValid(each) && fieldHolds(each, node))) return [];
    const failing = expressions.flatMap((each, at) => (isValid(each) && holds(each, labels) ? [] : [at]));
    return failing.length > 0 ? [{ term, failing }] : [];
  });
  return candidates.sort((a, b) => a.failing.length - b.failing.length)[0];
}

/** `key In [a,b]`, as kubectl describe writes it. */
export function requirementText({ key, operator, values }: Requirement): string {
  return `${key} ${operator}${values.length > 0 ? ` [${values.join(',')}]` : ''}`;
}
