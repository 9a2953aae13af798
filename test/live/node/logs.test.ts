/** The end of a log: how much of it, and whose file it may be. */
import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { kubeletLogs, readAgentLog, readNodeLog } from '../../../src/live/node/logs.js';
import { createTestHost, type Files } from '../../host/files.js';

const LOG = '/var/log/kubelet.log';
const uid = process.getuid?.() ?? 0;
const first = (user: number): Files => ({
  '/proc/1/status': `Name:\tinit\nUid:\t${user}\t${user}\t${user}\t${user}\nGid:\t${user}\t${user}\t${user}\t${user}\n`,
});
const ROOTS = first(uid);

describe('the log of a node', () => {
  it('is read from its end, from the first whole line on', async (t) => {
    const line = `${'x'.repeat(99)}\n`;
    const host = createTestHost(t, { ...ROOTS, [LOG]: `first\n${line.repeat(12_000)}last\n` });
    const lines = (await readNodeLog(host, LOG, true)) ?? assert.fail();
    assert.ok(lines.length > 10_000 && lines.length < 11_000, `${lines.length}`);
    assert.equal(lines[0]?.length, 99);
    assert.deepEqual(lines.slice(-2), ['last', '']);
  });

  it('is read whole where it is short', async (t) => {
    assert.deepEqual(await readNodeLog(createTestHost(t, { ...ROOTS, [LOG]: 'a\nb' }), LOG, true), ['a', 'b']);
  });

  const refused: [what: string, files: Files, path?: string][] = [
    ['a link', { [LOG]: { link: '/etc/shadow' }, '/etc/shadow': 'root:x' }],
    ['below a link', { '/var/log/kube': { link: '/etc' }, '/etc/kubelet.log': 'root:x' }, '/var/log/kube/kubelet.log'],
    ['binary', { [LOG]: 'a\0b' }],
    ['not there', {}],
    ['a directory', { [`${LOG}/x`]: '' }],
  ];
  for (const [what, files, path = LOG] of refused)
    it(`is not read where it is ${what}`, async (t) => {
      const host = createTestHost(t, { ...ROOTS, ...files });
      for (const live of [true, false]) assert.equal(await readNodeLog(host, path, live), undefined);
    });

  it("is not read on a machine that runs where it is not root's; of a copy it is", { skip: uid === 0 }, async (t) => {
    const host = createTestHost(t, { ...first(uid + 1), [LOG]: 'a' });
    assert.equal(await readNodeLog(host, LOG, true), undefined);
    assert.deepEqual(await readNodeLog(host, LOG, false), ['a']);
  });

  it('is not read where no one has written it for a day', async (t) => {
    const host = createTestHost(t, { ...ROOTS, [LOG]: 'a' });
    const old = Date.now() / 1000 - 2 * 24 * 3600;
    utimesSync(join(host.root, LOG), old, old);
    assert.equal(await readNodeLog(host, LOG, true), undefined);
    assert.deepEqual(await readNodeLog(host, LOG, false), ['a']);
  });

  it('is looked for where flags name it, and in the usual places', async (t) => {
    const host = createTestHost(t, {
      '/var/log/kubernetes/kubelet.log': '',
      '/var/log/kube-proxy.log': '',
      '/var/log/other/kubelet.log': '',
    });
    const found = await kubeletLogs(host, { 'log-file': '/data/kubelet.log' });
    assert.deepEqual(
      found.map(({ log }) => log),
      ['/data/kubelet.log', LOG, '/var/lib/rancher/rke2/agent/logs/kubelet.log', '/var/log/k3s.log', '/var/log/kubernetes/kubelet.log'],
    );
  });
});

describe('the log of an agent', () => {
  it('is read as the agent reads it', async (t) => {
    const host = createTestHost(t, { '/var/log/datadog': { link: '/logs' }, '/logs/agent.log': 'a\nb' });
    assert.deepEqual(await readAgentLog(host, '/var/log/datadog/agent.log'), ['a', 'b']);
    assert.equal(await readAgentLog(host, '/logs'), undefined);
  });
});
