/** Changes to where a DaemonSet runs: as a JSON patch for kubectl, as a Helm value, as a field of the operator. */

import { isDnsName, shellQuote } from '../../../kubernetes/names.js';
import type { Fix, Message } from '../../../model/check.js';
import type { AgentWorkload, Requirement, Taint, Toleration } from '../../../model/facts/placement.js';
import { byHand, fixBy, shell } from '../../shared/fix.js';
import type { NodeRow } from './coverage.js';
import { kubectlTarget } from './placement.js';

/** One step of RFC 6902. */
export interface PatchStep {
  op: 'add' | 'remove' | 'replace' | 'test';
  path: string;
  value?: unknown;
}

const SPEC = '/spec/template/spec';
const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** Qualified names of Kubernetes: an optional DNS prefix and a name. */
export function isLabelKey(key: string): boolean {
  const [name = '', prefix, more] = key.split('/').reverse();
  return more === undefined && NAME.test(name) && (prefix === undefined || isDnsName(prefix));
}

export function isLabelValue(value: string): boolean {
  return value === '' || NAME.test(value);
}

/**
 * `kubectl patch --type=json`. Not a strategic merge: tolerations have no merge key there, so that such a patch replaces the whole list
 * (k8s.io/api core/v1 PodSpec.Tolerations is `listType=atomic`).
 */
export function kubectlPatch(workload: AgentWorkload, patch: readonly PatchStep[] | undefined): string | undefined {
  const target = kubectlTarget(workload);
  if (!target || !patch || patch.length === 0) return undefined;
  return `kubectl -n ${target.namespace} patch daemonset ${target.name} --type=json -p ${shellQuote(JSON.stringify(patch))}`;
}

/** Tolerations for these taints: of any value where they differ, or say only that the role is there. Undefined when one may not be printed. */
function tolerationsFor(taints: readonly Taint[]): Toleration[] | undefined {
  const byKey = new Map<string, Taint[]>();
  for (const taint of taints) byKey.set(`${taint.key} ${taint.effect}`, [...(byKey.get(`${taint.key} ${taint.effect}`) ?? []), taint]);
  const safe = taints.every(({ key, value, effect }) => isLabelKey(key) && isLabelValue(value) && /^No(Schedule|Execute)$/.test(effect));
  if (!safe) return undefined;
  return [...byKey.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, same]) => {
      const [{ key, value, effect }] = same as [Taint];
      const one = value !== '' && same.every((taint) => taint.value === value) && !key.startsWith('node-role.kubernetes.io/');
      return { key, operator: one ? 'Equal' : 'Exists', value: one ? value : '', effect };
    });
}

const written = ({ key, operator, value, effect }: Toleration) => ({ key, operator, ...(value ? { value } : {}), effect });

/** Appends to the list, or creates it where there is none. */
function tolerationPatch({ template }: AgentWorkload, added: readonly Toleration[]): PatchStep[] {
  if (!template.tolerations) return [{ op: 'add', path: `${SPEC}/tolerations`, value: added.map(written) }];
  return added.map((toleration) => ({ op: 'add', path: `${SPEC}/tolerations/-`, value: written(toleration) }));
}

/** The list as YAML lines. Undefined when one of them, of the template as well, may not be printed. */
function tolerationLines(all: readonly Toleration[], indent: string): string | undefined {
  const printable = ({ key, operator, value, effect }: Toleration) =>
    (key === '' || isLabelKey(key)) && isLabelValue(value) && NAME.test(operator) && (effect === '' || NAME.test(effect));
  if (!all.every(printable)) return undefined;
  return all
    .map(written)
    .flatMap((toleration) =>
      Object.entries(toleration).map(([field, value], at) => `${indent}${at === 0 ? '- ' : '  '}${field}: ${JSON.stringify(value)}`),
    )
    .join('\n');
}

/** `/` and `~` of a key inside a JSON pointer (RFC 6901). */
const pointer = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** A selector entry: to the one value these nodes have, where no other node is chosen by the old one; else away. */
export function selectorPatch(key: string, group: readonly NodeRow[], othersRun: boolean): PatchStep[] | undefined {
  const values = new Set(group.map(({ refusal }) => (refusal?.reason === 'node-selector' ? refusal.found : undefined)));
  const [value] = values;
  if (!isLabelKey(key)) return undefined;
  const path = `${SPEC}/nodeSelector/${pointer(key)}`;
  if (!othersRun && values.size === 1 && value !== undefined) return isLabelValue(value) ? [{ op: 'replace', path, value }] : undefined;
  return [{ op: 'remove', path }];
}

/** Widens the nearest term just enough: a value more, a value less, or an expression away; all of it where nothing would be left. */
export function affinityPatch(
  { template }: AgentWorkload,
  group: readonly NodeRow[],
  labels: ReadonlyMap<string, Readonly<Record<string, string>>>,
): PatchStep[] | undefined {
  const required = `${SPEC}/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution`;
  const [first] = group.flatMap(({ refusal }) => (refusal?.reason === 'node-affinity' ? [refusal] : []));
  const term = first?.term === undefined ? undefined : template.affinity?.[first.term];
  if (!first || !term) return template.affinity ? [{ op: 'remove', path: required }] : undefined;
  const base = `${required}/nodeSelectorTerms/${first.term}/matchExpressions`;
  const steps: PatchStep[] = [];
  let left = term.expressions.length + term.fields.length;
  // From the last to the first: a removal moves what stands behind it.
  for (const at of [...first.failing].reverse()) {
    const expression = term.expressions[at] as Requirement;
    const found = [...new Set(group.map(({ node }) => labels.get(node)?.[expression.key]))];
    const values = found.flatMap((value) => (value !== undefined && isLabelValue(value) ? [value] : []));
    const keep = expression.values.filter((value) => !values.includes(value));
    if (expression.operator === 'In' && values.length === found.length)
      steps.push(...values.map((value): PatchStep => ({ op: 'add', path: `${base}/${at}/values/-`, value })));
    else if (expression.operator === 'NotIn' && keep.length > 0) steps.push({ op: 'replace', path: `${base}/${at}/values`, value: keep });
    else {
      left -= 1;
      steps.push({ op: 'remove', path: `${base}/${at}` });
    }
  }
  // A term without an expression matches nothing; the widened one would have matched everything.
  return left > 0 ? steps : [{ op: 'remove', path: required }];
}

/** The same change for whoever writes this DaemonSet: a patch by hand lasts until the next upgrade, or the operator's next look. */
export function placementFixes(workload: AgentWorkload, installed: boolean, says: PlacementWords): Fix[] {
  const fix = (action: Message, more: Partial<Fix> = {}): Fix =>
    fixBy('agent', 'restart', action, { verify: 'kubelet-doctor nodes', ...more });
  const patch = says.patch && installed ? [fix(says.patch.action, shell(says.patch.steps))] : [];
  const helm = workload.datadog && says.helm ? [fix(says.helm.action, byHand(says.helm.steps))] : [];
  const operator = workload.datadog && says.operator ? [fix(says.operator.action, byHand(says.operator.steps))] : [];
  const lasting =
    workload.manager === 'operator'
      ? [...operator, ...patch]
      : workload.manager === 'helm'
        ? [...helm, ...patch]
        : [...patch, ...helm, ...operator];
  return lasting.length > 0 ? lasting : [fix(says.plain)];
}

export interface PlacementWords {
  patch?: { action: Message; steps: string };
  helm?: { action: Message; steps?: string };
  operator?: { action: Message; steps?: string };
  /** Where nothing can be printed for pasting. */
  plain: Message;
}

/** Tolerations for these taints, as each way to install the agent writes them. */
export function tolerationFixes(
  workload: AgentWorkload,
  installed: boolean,
  taints: readonly Taint[],
  says: Record<keyof PlacementWords, Message>,
): Fix[] {
  const added = tolerationsFor(taints);
  const patch = added && kubectlPatch(workload, tolerationPatch(workload, added));
  const lines = (indent: string) => tolerationLines([...(workload.template.tolerations ?? []), ...(added ?? [])], indent);
  const values =
    added && lines('')
      ? {
          helm: `agents:\n  tolerations:\n${lines('    ')}`,
          operator: `spec:\n  override:\n    nodeAgent:\n      tolerations:\n${lines('        ')}`,
        }
      : undefined;
  return placementFixes(workload, installed, {
    ...(patch && { patch: { action: says.patch, steps: patch } }),
    ...(values && { helm: { action: says.helm, steps: values.helm }, operator: { action: says.operator, steps: values.operator } }),
    plain: says.plain,
  });
}
