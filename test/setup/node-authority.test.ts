/** Which CA this node's kubelet is believed to name, and whose word that is. */
import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { resolveSettings } from '../../src/setup/resolve.js';
import { processFiles } from '../../src/sim/state/processes.js';
import { createTestHost, type Files } from '../host/files.js';

const CONFIG = '/var/lib/kubelet/config.yaml';
const FILES: Files = {
  ...processFiles(1, ['/sbin/init']),
  '/proc/self/mountinfo': '1 2 0:50 / /var/lib/kubelet/pods/u-1/volumes/x rw - tmpfs tmpfs rw\n',
  [CONFIG]: 'kind: KubeletConfiguration\nauthentication: {x509: {clientCAFile: /etc/ca.crt}}\n',
  '/etc/ca.crt': 'PEM',
};

async function ownerOf(t: TestContext, modes: Record<string, number>): Promise<string | undefined> {
  const host = createTestHost(t, FILES);
  for (const [path, mode] of Object.entries({
    '/etc': 0o755,
    '/var/lib/kubelet': 0o755,
    '/var/lib': 0o755,
    '/var': 0o755,
    [CONFIG]: 0o644,
    ...modes,
  }))
    chmodSync(join(host.root, path), mode);
  const resolved = await resolveSettings({}, host);
  assert.ok(!('error' in resolved), JSON.stringify(resolved));
  const { caSource, owners } = resolved.kubelet;
  return caSource === 'none' ? undefined : owners.authority;
}

it("is the kubelet's, where root alone has a say in its configuration", async (t) => assert.equal(await ownerOf(t, {}), 'kubelet'));
it("is a stranger's, where others may write the configuration", async (t) =>
  assert.equal(await ownerOf(t, { [CONFIG]: 0o666 }), 'stranger'));
it('or its directory', async (t) => assert.equal(await ownerOf(t, { '/var/lib/kubelet': 0o777 }), 'stranger'));
it('is none, where others may write the CA', async (t) => assert.equal(await ownerOf(t, { '/etc/ca.crt': 0o666 }), undefined));
