/** The agent's datadog.yaml below its environment: precedence, origin, and that nothing else of the file is shown. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Flags } from '../../src/setup/options.js';
import { resolveSettings } from '../../src/setup/resolve.js';
import { createTestHost } from '../host/files.js';

const FILE = '/etc/datadog-agent/datadog.yaml';

async function resolved(t: TestContext, yaml: string | undefined, env: Record<string, string> = {}, flags: Partial<Flags> = {}) {
  const found = await resolveSettings(flags, createTestHost(t, yaml === undefined ? {} : { [FILE]: yaml }, { env }));
  if ('error' in found) throw new Error(found.error);
  const shown = (name: string) => {
    const { value, origin, source } = found.settings.find(({ setting }) => setting === name) ?? {};
    return value === undefined ? undefined : [value, origin, source];
  };
  return { ...found, shown };
}

describe('the datadog.yaml of the agent', () => {
  const yaml =
    'api_key: 0123456789abcdef\nkubernetes_kubelet_host: 10.0.0.7\nkubernetes_https_kubelet_port: 10350\nkubelet_tls_verify: no\n';

  it('gives what nothing else gives, read as YAML 1.1, with its key and file as source', async (t) => {
    const { kubelet, shown } = await resolved(t, yaml);
    assert.deepEqual([kubelet.host, kubelet.port, kubelet.agentVerifies], ['10.0.0.7', 10350, false]);
    assert.deepEqual(shown('kubelet.host'), ['10.0.0.7', 'file', `kubernetes_kubelet_host in ${FILE}`]);
    assert.deepEqual(shown('agent.configuration'), ['read', 'file', FILE]);
  });

  it("is beaten by the agent's environment, and that by a flag", async (t) => {
    const env = { DD_KUBERNETES_KUBELET_HOST: '10.0.0.8', DD_KUBERNETES_HTTPS_KUBELET_PORT: '10450' };
    const { shown } = await resolved(t, yaml, env, { 'kubelet-port': '10550' });
    assert.deepEqual(shown('kubelet.host'), ['10.0.0.8', 'agent environment', 'DD_KUBERNETES_KUBELET_HOST']);
    assert.deepEqual(shown('kubelet.port'), ['10550', 'flag', '--kubelet-port']);
    assert.deepEqual(shown('kubelet.tlsVerify'), ['false', 'file', `kubelet_tls_verify in ${FILE}`]);
  });

  it('counts where the variable is empty', async (t) => {
    assert.equal((await resolved(t, yaml, { DD_KUBERNETES_KUBELET_HOST: '' })).kubelet.host, '10.0.0.7');
  });

  it('turns a port off with 0', async (t) => {
    assert.equal((await resolved(t, 'kubernetes_https_kubelet_port: 0')).kubelet.port, 0);
  });

  it('shows nothing of the file but what is judged', async (t) => {
    assert.doesNotMatch(JSON.stringify(await resolved(t, yaml)), /0123456789abcdef/);
    const { shown, kubelet } = await resolved(t, 'a: 1\napi_key: "0123456789abcdef\n');
    assert.match(String(shown('agent.configuration')), /^not read: not valid YAML/);
    assert.doesNotMatch(String(shown('agent.configuration')), /0123456789abcdef/);
    assert.equal(kubelet.host, undefined);
  });

  it('ignores lists and mappings where a value belongs, and a file that is not a mapping', async (t) => {
    assert.equal((await resolved(t, 'kubernetes_kubelet_host: [10.0.0.7]')).kubelet.host, undefined);
    assert.match(String((await resolved(t, '- a\n')).shown('agent.configuration')), /^not read/);
    assert.deepEqual((await resolved(t, '')).shown('agent.configuration'), ['read', 'file', FILE]);
  });

  it('says nothing where there is no such file', async (t) => {
    assert.equal((await resolved(t, undefined)).shown('agent.configuration'), undefined);
  });
});
