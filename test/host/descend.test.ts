/** What was looked at is what is read: files, links and directories are swapped between the look and the next step. */
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { readOpened } from '../../src/host/create.js';
import { type Look, openBelow } from '../../src/host/descend.js';
import { createRoot, type Files } from './files.js';

const FILES: Files = { '/etc/k/conf': 'ours', '/evil/k/conf': 'theirs', '/evil/conf': 'theirs' };

async function read(root: string, path: string, look: Look = () => {}): Promise<string> {
  const file = await readOpened(path, () => openBelow(root, path, look));
  return file.ok ? file.text : file.code;
}

describe('a file below a root', () => {
  const rows: [what: string, files: Files, path: string, expected: string][] = [
    ['as it stands', {}, '/etc/k/conf', 'ours'],
    ['by a relative link', { '/l': { link: 'etc/./k/../k/conf' } }, '/l', 'ours'],
    ['by an absolute link, which starts at the root', { '/l': { link: '/etc/k/conf' } }, '/l', 'ours'],
    ['by a link for a directory', { '/d': { link: '/etc' } }, '/d/k/conf', 'ours'],
    ['that leads out, and so nowhere', { '/l': { link: '/../../../../../../../../../etc/k/conf' } }, '/l', 'ours'],
    ['above the root there is nothing', {}, '/../../etc/k/conf', 'ours'],
    ['missing', {}, '/etc/none', 'ENOENT'],
    ['below a file', {}, '/etc/k/conf/more', 'ENOENT'],
    ['in circles', { '/l': { link: 'l' } }, '/l', 'ELOOP'],
    ['a directory', {}, '/etc', 'EISDIR'],
    ['the root itself', {}, '/', 'EISDIR'],
  ];
  for (const [what, files, path, expected] of rows)
    it(what, async (t) => assert.equal(await read(createRoot(t, { ...FILES, ...files }), path), expected));

  it('each step is looked at once, in order, by its path below the root', async (t) => {
    const seen: string[] = [];
    const root = createRoot(t, { ...FILES, '/d': { link: '/etc' } });
    assert.equal(await read(root, '/d/k/conf', (stat, below) => void seen.push(`${below}${stat.isSymbolicLink() ? ' ->' : ''}`)), 'ours');
    assert.deepEqual(seen, ['/d ->', '/etc', '/etc/k', '/etc/k/conf']);
  });

  it('what is refused is not read', async (t) => {
    const refuse: Look = (_, below) => {
      if (below === '/etc/k') throw Object.assign(new Error('no'), { code: 'EOWNER' });
    };
    assert.equal(await read(createRoot(t, FILES), '/etc/k/conf', refuse), 'EOWNER');
  });
});

describe('swapped after the look', () => {
  /** Swaps what lies at a path as soon as it was looked at. */
  const swapping = async (t: TestContext, at: string, swap: (root: string) => void, path = '/etc/k/conf', files: Files = {}) => {
    const root = createRoot(t, { ...FILES, ...files });
    let swapped = false;
    const text = await read(root, path, (_, below) => {
      if (below !== at || swapped) return;
      swapped = true;
      swap(root);
    });
    assert.ok(swapped);
    return text;
  };
  const away = (root: string, path: string) => renameSync(join(root, path), join(root, 'away'));

  it('the file, for a link', async (t) => {
    const text = await swapping(t, '/etc/k/conf', (root) => {
      away(root, '/etc/k/conf');
      symlinkSync('/evil/conf', join(root, '/etc/k/conf'));
    });
    assert.equal(text, 'ours');
  });

  it('the file, for another', async (t) => {
    const text = await swapping(t, '/etc/k/conf', (root) => {
      writeFileSync(join(root, 'new'), 'theirs');
      renameSync(join(root, 'new'), join(root, '/etc/k/conf'));
    });
    assert.equal(text, 'ours');
  });

  it('a directory on the way, for a link', async (t) => {
    const text = await swapping(t, '/etc', (root) => {
      away(root, '/etc');
      symlinkSync('evil', join(root, 'etc'));
    });
    assert.equal(text, 'ours');
  });

  it('a directory on the way, for another', async (t) => {
    const text = await swapping(t, '/etc/k', (root) => {
      away(root, '/etc/k');
      mkdirSync(join(root, '/etc/k'));
      writeFileSync(join(root, '/etc/k/conf'), 'theirs');
    });
    assert.equal(text, 'ours');
  });

  it('a link: where it leads now is looked at as well', async (t) => {
    const seen: string[] = [];
    const root = createRoot(t, { ...FILES, '/l': { link: '/etc/k/conf' } });
    await read(root, '/l', (stat, below) => {
      seen.push(below);
      if (!stat.isSymbolicLink()) return;
      rmSync(join(root, 'l'));
      symlinkSync('/evil/conf', join(root, 'l'));
    });
    assert.deepEqual(seen, ['/l', '/evil', '/evil/conf']);
  });
});
