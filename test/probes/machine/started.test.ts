import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createHost } from '../../../src/host/create.js';
import { startedMs } from '../../../src/probes/machine/process.js';
import { createTestHost } from '../../host/files.js';

const STAT = { '/proc/stat': 'cpu  1 2 3\nbtime 1700000000\n' };

describe('since when a process runs', () => {
  it('is read behind a name that holds parentheses', async (t) => {
    const stat = `7 (a) b (c)) S 0 7 7 0 -1 4194560 ${'0 '.repeat(12)}12345 0 0\n`;
    assert.equal(await startedMs(createTestHost(t, { ...STAT, '/proc/7/stat': stat }), 7), 1_700_000_123_450);
  });

  it('is not known where a file is not there, or cut', async (t) => {
    assert.equal(await startedMs(createTestHost(t, STAT), 7), undefined);
    assert.equal(await startedMs(createTestHost(t, { ...STAT, '/proc/7/stat': '7 (a) S 0' }), 7), undefined);
    assert.equal(await startedMs(createTestHost(t, { '/proc/7/stat': `7 (a) S ${'0 '.repeat(18)}5 0\n` }), 7), undefined);
  });

  it('is what this machine says of this process', { skip: !existsSync('/proc/stat') }, async () => {
    const host = createHost({ env: {}, root: '', home: '/', hostName: 'h', cwd: '/', interfaceAddresses: () => [] });
    const began = Date.now() - process.uptime() * 1000;
    assert.ok(Math.abs(((await startedMs(host, process.pid)) ?? 0) - began) < 5000);
  });
});
