/** Lines of a kubelet's configuration say which file they are for, and which flag wins over it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLOSED, kubeletConfig } from '../../../src/checks/shared/kubelet-fixes.js';
import { type KnownConfig, knownConfig } from '../../../src/checks/shared/on-node.js';
import type { Fact, KubeletConfig, KubeletKey, ValueOrigin } from '../../../src/model/facts.js';
import { nodeConfig, nodeProcess } from '../node-facts.js';

const ACT = { id: '', args: {}, en: 'Close it' };

/** With what sets a key in the place of the default. */
function configOf(set: Partial<Record<KubeletKey, ValueOrigin>>, files = ['/var/lib/kubelet/config.yaml']): KnownConfig | undefined {
  const fact = structuredClone(nodeConfig()) as unknown as Fact<'kubelet-config'>;
  const data = (fact.outcome as { data: KubeletConfig }).data;
  Object.assign(data, { files, origins: { ...data.origins, ...set } });
  return knownConfig(fact, nodeProcess() as unknown as Fact<'kubelet-process'>, undefined, undefined);
}

function stepsWith(...args: Parameters<typeof configOf>): string | undefined {
  return kubeletConfig(ACT, CLOSED, configOf(...args)).steps;
}

const BEFORE = '# before the restart: bind the user of the apiserver';

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
      'a flag that may not be printed sets one',
      stepsWith({ 'authorization.mode': { by: 'flag', source: '$(id)=AlwaysAllow' } }),
      ['# in /var/lib/kubelet/config.yaml'],
    ],
    ['a name that is no path', stepsWith({}, ['/x\n# y; rm -rf /']), [usual]],
  ] as const)
    it(name, () => assert.equal(steps?.split(`\n${BEFORE}`)[0], [...places, LINES].join('\n')));
  it('where authorization is turned on, or may be, the apiserver is thought of', () => {
    const withMode = (mode: string) => {
      const config = configOf({});
      assert.ok(config);
      return kubeletConfig(ACT, CLOSED, { ...config, values: { ...config.values, 'authorization.mode': mode } }).steps ?? '';
    };
    assert.ok(withMode('AlwaysAllow').includes(BEFORE));
    assert.ok(!withMode('Webhook').includes(BEFORE));
    assert.ok(kubeletConfig(ACT, CLOSED, undefined).steps?.includes(BEFORE));
    assert.ok(!kubeletConfig(ACT, { readOnlyPort: 0 }, undefined).steps?.includes(BEFORE));
  });

  const byFlag = (value: string): ValueOrigin => ({ by: 'flag', source: value });
  it('what a flag sets is changed among the flags, by a person', () => {
    const fix = kubeletConfig(ACT, CLOSED, configOf({ 'authentication.anonymous.enabled': byFlag('--anonymous-auth=true') }));
    assert.equal(fix.form, undefined);
    assert.match(
      fix.steps ?? '',
      /^# in \/var\/lib\/kubelet\/config\.yaml\nauthentication:\n {2}webhook:[^#]*\n# and among the flags .*\n--anonymous-auth=false$/,
    );
  });
  it('where flags set all, no file is named', () => {
    const fix = kubeletConfig(ACT, { readOnlyPort: 0 }, configOf({ readOnlyPort: byFlag('--read-only-port=10255') }));
    assert.match(fix.steps ?? '', /^# among the flags .*\n--read-only-port=0$/);
  });
});
