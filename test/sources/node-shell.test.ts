import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Place } from '../../src/model/facts.js';
import { nodeHost } from '../../src/sources/node-files.js';
import { resolveSettings } from '../../src/sources/settings.js';
import { createTestHost } from '../host/files.js';

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
