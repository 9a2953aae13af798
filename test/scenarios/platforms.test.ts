/** On a node whose platform is known, the first thing to do is what its user can do there. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { diagnoseOnce } from './diagnosed.js';

for (const [name, first, never] of [
  [
    'aks-self-signed-certificate',
    /spec\.nodeName\n {4}hostCAPath: \/etc\/kubernetes\/certs\/kubeletserver\.crt$/,
    /serverTLSBootstrap|\/var\/lib\/kubelet\/config/,
  ],
  [
    'aks-self-signed-leaf',
    /spec\.nodeName\n {4}hostCAPath: \/etc\/kubernetes\/certs\/kubeletserver\.crt$/,
    /serverTLSBootstrap|\/var\/lib\/kubelet\/config/,
  ],
  [
    'k3s-address-not-in-certificate',
    /^# in \/etc\/rancher\/k3s\/config\.yaml on this node\nnode-ip: [\d.]+\n# .*k3s-agent$/,
    /serverTLSBootstrap|systemctl restart kubelet/,
  ],
  ['gke-without-node-proxy', /^DD_KUBELET_USE_API_SERVER=true\n/, /journalctl -u kubelet/],
] as const)
  it(name, async () => {
    const { world } = SCENARIOS.find(({ scenario }) => scenario === name) ?? {};
    assert.ok(world);
    const { report } = await diagnoseOnce(world);
    const fixes = report.findings[0]?.fixes ?? [];
    assert.match(fixes[0]?.steps ?? '', first);
    assert.doesNotMatch(JSON.stringify(fixes), never);
  });
