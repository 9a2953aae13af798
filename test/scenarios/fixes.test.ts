/**
 * No printed fix does more than it says, over all scenarios: what goes into the manifest of all nodes names none of them, and what selects
 * objects selects the ones meant.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flatten } from '../../src/judge/rank.js';
import type { Fix } from '../../src/model/check.js';
import type { Finding } from '../../src/model/report.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { deadlyRestart, faultOf, otherFile } from '../support/fixes.js';
import { faultsOnPlatforms } from '../support/platforms.js';
import { diagnoseOnce } from './diagnosed.js';
import { WORLDS_AT_ONCE } from './run.js';

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
    [fix('kubectl -n kube-system delete pods -l k8s-app=kube-proxy', { form: 'shell' }), /more than the one/],
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
