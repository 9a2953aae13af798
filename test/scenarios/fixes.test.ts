/**
 * No printed fix does more than it says, over all scenarios: what goes into the manifest of all nodes names none of them, and what selects
 * objects selects the ones meant.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { flatten } from '../../src/judge/rank.js';
import type { Fix } from '../../src/model/check.js';
import type { Finding } from '../../src/model/report.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { faultsOnPlatforms } from '../support/platforms.js';
import { diagnoseOnce } from './diagnosed.js';
import { WORLDS_AT_ONCE } from './run.js';

/** What a DaemonSet's pods are made of: such a line reaches every node. */
const TEMPLATE = /^(- name: )?[A-Za-z_]+=|fieldRef|^spec:\n {2}template:|patch daemonset|set env|^helm |^datadog:|^ *env:/m;
/** Said to be for one node, and left to a person: nothing that a machine would write into all. */
const ONE_NODE = /this one node|on this node/;
const SELECTORS = /^(podSelector|namespaceSelector|nodeSelector|labelSelector|selector|matchLabels|matchExpressions)$/;

/** What is wrong with these steps; nothing where all is well. `ofNodes`: names and addresses of nodes. */
function faultOf({ owner, form, action, steps = '' }: Fix, ofNodes: readonly string[]): string | undefined {
  const named = ofNodes.find((name) => new RegExp(`(?<![A-Za-z0-9.-])${name.replaceAll('.', '\\.')}(?![A-Za-z0-9-])`).test(steps));
  const forOne = form === undefined && ONE_NODE.test(action.en);
  if (named && owner === 'agent' && TEMPLATE.test(steps) && !forOne) return `names ${named}, for all nodes`;
  const lines = steps.split('\n');
  const wide = lines.find(
    (line) => /\b(kubectl|oc)\b.*\b(delete|patch|label|annotate|scale|set env)\b/.test(line) && /--all\b|-l ['"]?['"]? /.test(line),
  );
  if (wide) return `selects everything: ${wide}`;
  if (/--type[= ]'?merge\b[\s\S]*\[/.test(steps)) return 'a merge patch that replaces a list';
  if (form === 'kubelet-config' && !/^# in (the file|\/)/.test(steps)) return 'lines of a file that is not named';
  if (form !== 'yaml') return /podSelector: *(\{\}|\n\S)/.test(steps) ? 'an empty podSelector' : undefined;
  return parseAllDocuments(steps)
    .map((document) => faultIn(document.toJS(), '', !document.has('apiVersion')))
    .find((fault) => fault !== undefined);
}

/** A kubelet whose credential is void does not start again by itself: before it is restarted, it gets another. */
const VOID = new Set(['kubelet-kubeconfig-broken', 'client-certificate-expired']);

function deadlyRestart(findings: readonly Finding[]): string[] {
  const isVoid = findings.some(
    ({ cause, evidence }) => VOID.has(cause) && /\/var\/lib\/kubelet|kubelet\.conf/.test(evidence.map(({ saw }) => saw.en).join(' ')),
  );
  return findings.flatMap(({ cause, fixes }) =>
    fixes.flatMap(({ steps = '' }) =>
      isVoid && /systemctl restart kubelet/.test(steps) && !/kubeadm kubeconfig user/.test(steps) ? [`${cause}: ${steps}`] : [],
    ),
  );
}

/** Where the evidence names the file of a setting, the fix is for that one. */
function otherFile({ evidence }: Finding, { form, steps = '' }: Fix): string | undefined {
  const file =
    form === 'kubelet-config' ? evidence.flatMap(({ saw }) => /(\/\S+\.(?:ya?ml|conf|json)):\d+/.exec(saw.en)?.[1] ?? [])[0] : undefined;
  return file && !steps.startsWith(`# in ${file}`) ? `is not for ${file}` : undefined;
}

const ATOMIC = /^(tolerations|args|command|nodeSelectorTerms|add|drop)$/;

function faultIn(value: unknown, path = '', isPatch = false): string | undefined {
  if (Array.isArray(value)) return value.map((each, at) => faultIn(each, `${path}[${at}]`, isPatch)).find((fault) => fault !== undefined);
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, each] of Object.entries(value)) {
    const at = path ? `${path}.${key}` : key;
    if (SELECTORS.test(key) && (each === null || Object.keys(each as object).length === 0)) return `${at} is empty`;
    if (/^(verbs|apiGroups|resources|nonResourceURLs)$/.test(key) && (each as unknown[]).includes('*')) return `${at} is *`;
    // Of a patch: lists that have no key to be merged by (k8s.io/api core/v1, listType=atomic) are replaced.
    if (isPatch && ATOMIC.test(key) && Array.isArray(each)) return `${at} replaces the list`;
    if (key === 'subjects' && (each as { kind?: string }[]).some(({ kind }) => kind === 'Group')) return `${at} is a group`;
    const deeper = faultIn(each, at, isPatch);
    if (deeper) return deeper;
  }
  return undefined;
}

describe('printed fixes', { concurrency: WORLDS_AT_ONCE }, () => {
  for (const { scenario, world } of SCENARIOS.filter(({ expect }) => expect.first !== null))
    it(scenario, async () => {
      const ran = await diagnoseOnce(world);
      // On a node itself the agent is the one of a package, and its settings are that node's.
      const { kubelets } = ran.world.addresses;
      const names = world.place === 'node' ? [] : Object.entries(kubelets).flatMap(([name, { host }]) => [name, host]);
      // A list of the user's own is kept as it is, whatever stands in it.
      const theirs = JSON.stringify([world.network?.proxy?.noProxy, world.agent?.env]);
      const ofNodes = names.filter((name) => !theirs.includes(name));
      const wrong = flatten(ran.report.findings).flatMap((finding: Finding) =>
        finding.fixes.flatMap((fix) => {
          const fault = faultOf(fix, ofNodes) ?? otherFile(finding, fix);
          return fault ? [`${finding.cause}: ${fault}: ${fix.steps}`] : [];
        }),
      );
      assert.deepEqual(wrong, []);
      const all = flatten(ran.report.findings);
      assert.deepEqual(deadlyRestart(all), [], 'the node survives each restart');
      assert.deepEqual(
        all.flatMap(({ fixes }) => faultsOnPlatforms(fixes)),
        [],
        'can be done on every platform',
      );
    });
});

it('the look finds what it looks for', () => {
  const fix = (steps: string, more: Partial<Fix> = {}): Fix => ({
    owner: 'agent',
    changes: 'config',
    action: { id: '', args: {}, en: 'Dial it' },
    steps,
    form: 'env',
    ...more,
  });
  const nodes = ['n1', '127.0.1.1'];
  const tryIt = { id: '', args: {}, en: 'For a try on this one node' };
  for (const [bad, why] of [
    [fix('DD_KUBERNETES_KUBELET_HOST=n1'), /names n1/],
    [fix('NO_PROXY=localhost,127.0.1.1'), /names 127/],
    [fix('DD_KUBERNETES_KUBELET_HOST=n1', { action: tryIt }), /names n1/],
    [fix('kind: NetworkPolicy\nspec:\n  podSelector: {}', { form: 'yaml' }), /podSelector is empty/],
    [fix('kind: NetworkPolicy\nspec:\n  podSelector:\n    matchLabels: {}', { form: 'yaml' }), /matchLabels is empty/],
    [fix('kind: ClusterRole\nrules:\n  - resources: ["*"]', { form: 'yaml' }), /is \*/],
    [fix('kubectl -n datadog delete pods --all', { form: 'shell' }), /everything/],
    [fix('readOnlyPort: 0', { form: 'kubelet-config' }), /not named/],
    [fix('spec:\n  template:\n    spec:\n      tolerations:\n        - operator: Exists', { form: 'yaml' }), /replaces the list/],
    [fix(`kubectl patch ds a --type merge -p '{"spec":{"a":[]}}'`, { form: 'shell' }), /replaces a list/],
  ] as const)
    assert.match(faultOf(bad, nodes) ?? '', why, bad.steps);
  for (const good of [
    fix('DD_KUBERNETES_KUBELET_HOST=n1', { action: tryIt, form: undefined }),
    fix('- name: DD_KUBERNETES_KUBELET_HOST\n  valueFrom: {fieldRef: {fieldPath: status.hostIP}}', { form: 'yaml' }),
    fix('kubectl certificate approve csr-n1', { owner: 'node', form: 'shell' }),
    fix('NO_PROXY=n10,127.0.1.10'),
  ])
    assert.equal(faultOf(good, nodes), undefined, good.steps);
});
