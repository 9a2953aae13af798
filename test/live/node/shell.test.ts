import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHost } from '../../../src/host/create.js';
import type { Place } from '../../../src/model/facts.js';
import { nodeHost } from '../../../src/setup/node-files.js';
import { resolveSettings } from '../../../src/setup/resolve.js';
import { createRoot, createTestHost } from '../../host/files.js';

describe("the node's files", () => {
  const files = { '/etc/os-release': 'own', '/host/etc/os-release': 'node', '/elsewhere/etc/os-release': 'named', '/file': 'x' };

  it('are our own at a node, below /host in a debug pod, below --root anywhere, and else not at hand', async (t) => {
    const host = createTestHost(t, files);
    const seen = async (place: Place['place'], root?: string) => {
      const file = await nodeHost(host, root && `${host.root}${root}`, place)?.readFile('/etc/os-release');
      return file?.ok ? file.text : undefined;
    };
    assert.deepEqual(
      [await seen('node'), await seen('debug-pod'), await seen('agent-pod'), await seen('workstation', '/elsewhere')],
      ['own', 'node', undefined, 'named'],
    );
  });

  it('share what is known as secret with the session', (t) => {
    const host = createTestHost(t, files);
    nodeHost(host, undefined, 'debug-pod')?.redactor.register('a-secret-of-the-node');
    assert.equal(host.redactor.clean('a-secret-of-the-node'), '[redacted]');
  });

  it("of somebody else's tree are read, and its server is sent nothing: neither its kubelet's certificate nor a token of ours", async (t) => {
    const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: "https://stranger.example" } }]
users: [{ name: u, user: { token: token-of-the-stranger } }]
contexts: [{ name: c, context: { cluster: c, user: u } }]
current-context: c
`;
    const tree = {
      '/tree/etc/kubernetes/kubelet.conf': kubeconfig,
      '/tree/proc/700/cmdline': '/usr/bin/kubelet\0',
      '/mine.token': 'my-own-token',
    };
    const root = createRoot(t, tree);
    const host = createHost({ env: {}, home: '/nowhere', hostName: 'laptop', cwd: '/', interfaceAddresses: () => [] });
    for (const flags of [{}, { 'token-file': `${root}/mine.token` }]) {
      const resolved = await resolveSettings({ ...flags, root: `${root}/tree` }, host);
      assert.ok(!('error' in resolved), JSON.stringify(resolved));
      assert.equal(resolved.apiserver.url, undefined);
      assert.match(
        resolved.settings.find(({ setting }) => setting === 'apiserver.kubeletIdentity')?.value ?? '',
        /^not used: what --root names/,
      );
    }
  });

  it('are a directory: anything else is refused by name', async (t) => {
    const host = createTestHost(t, files);
    const resolve = async (root: string) => {
      const resolved = await resolveSettings({ root }, host);
      return 'error' in resolved ? resolved.error : resolved.root;
    };
    assert.equal(await resolve('/elsewhere'), '/elsewhere');
    assert.match(String(await resolve('/file')), /^--root \/file: is a file; name the directory/);
    assert.match(String(await resolve('/nowhere')), /^--root \/nowhere: no such file; name the directory/);
  });
});
