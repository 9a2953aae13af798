/** The effect of a NetworkPolicy counts the pods whose connections change, where they could be listed; else it gives no number. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flatten } from '../../src/judge/rank.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import type { World } from '../../src/sim/world.js';
import { diagnoseWorld } from './run.js';

const world = SCENARIOS.find(({ scenario }) => scenario === 'network-policy')?.world ?? assert.fail();

async function effectsIn(given: World): Promise<string[]> {
  const { report } = await diagnoseWorld(given);
  return flatten(report.findings).flatMap(({ fixes }) =>
    fixes.flatMap(({ effect }) => (effect?.en.startsWith('opens') ? [effect.en] : [])),
  );
}

describe('the effect of a NetworkPolicy', { concurrency: 3 }, () => {
  it('is on all pods with its labels', async () => {
    const [effect] = await effectsIn({ ...world, otherNodes: { n2: {}, n3: {} } });
    assert.match(effect ?? '', /for 3 pods with app/);
  });

  it("is not on pods in the host's network, of which none is counted", async () => {
    const shapes = [{}, { name: 'other', spec: { hostNetwork: true }, on: ['n1', 'n2'] }];
    const [effect] = await effectsIn({ ...world, otherNodes: { n2: {} }, placement: { daemonSets: shapes } });
    assert.match(effect ?? '', /for 2 pods with app/);
  });

  it('has no number where pods may not be listed', async () => {
    const may = (groups: string[], resources: string[], verbs: string[]) => ({ verbs, groups, resources });
    const rights = [may([''], ['pods', 'nodes'], ['get']), may(['networking.k8s.io'], ['networkpolicies'], ['list'])];
    const [effect] = await effectsIn({ ...world, agent: { rights: ['kubelet-only', rights] } });
    assert.match(effect ?? '', /to any address for pods with app/);
  });
});
