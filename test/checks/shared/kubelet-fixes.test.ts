/** Lines of a kubelet's configuration say which file they are for, and which flag wins over it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLOSED, kubeletConfig } from '../../../src/checks/shared/kubelet-fixes.js';
import { knownConfig } from '../../../src/checks/shared/on-node.js';
import type { Fact, KubeletConfig, KubeletKey, ValueOrigin } from '../../../src/model/facts.js';
import { nodeConfig, nodeProcess } from '../node-facts.js';

const ACT = { id: '', args: {}, en: 'Close it' };

/** With what sets a key in the place of the default. */
function stepsWith(set: Partial<Record<KubeletKey, ValueOrigin>>, files = ['/var/lib/kubelet/config.yaml']): string | undefined {
  const fact = structuredClone(nodeConfig()) as unknown as Fact<'kubelet-config'>;
  const data = (fact.outcome as { data: KubeletConfig }).data;
  Object.assign(data, { files, origins: { ...data.origins, ...set } });
  return kubeletConfig(ACT, CLOSED, knownConfig(fact, nodeProcess() as unknown as Fact<'kubelet-process'>, undefined, undefined)).steps;
}

const LINES = `authentication:
  anonymous:
    enabled: false
  webhook:
    enabled: true
authorization:
  mode: Webhook`;

describe('lines of a kubelet configuration', () => {
  const usual = '# in the file that the --config flag of the kubelet names, usually /var/lib/kubelet/config.yaml';
  const by = (source: string, kind: ValueOrigin['by'] = 'file'): ValueOrigin => ({ by: kind, source, line: 3 });
  for (const [name, steps, places] of [
    ['nothing is known', kubeletConfig(ACT, CLOSED, undefined).steps, [usual]],
    ['all are defaults of a file', stepsWith({}), ['# in /var/lib/kubelet/config.yaml']],
    ['no file', stepsWith({}, []), [usual]],
    [
      'a drop-in sets one',
      stepsWith({ 'authorization.mode': by('/etc/kubelet.d/10.conf', 'drop-in') }),
      ['# in /var/lib/kubelet/config.yaml and /etc/kubelet.d/10.conf'],
    ],
    [
      'a flag sets one',
      stepsWith({ 'authentication.anonymous.enabled': { by: 'flag', source: '--anonymous-auth=true' } }),
      ['# in /var/lib/kubelet/config.yaml', '# without the flag --anonymous-auth, which overrides the file'],
    ],
    ['a name that is no path', stepsWith({}, ['/x\n# y; rm -rf /']), [usual]],
  ] as const)
    it(name, () => assert.equal(steps, [...places, LINES].join('\n')));
});
