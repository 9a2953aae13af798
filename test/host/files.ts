/** A file root for one test. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { createHost, type HostOverrides } from '../../src/host/create.js';
import type { Host } from '../../src/host/host.js';

/** Contents by path; `{ link }` makes a symbolic link. */
export type Files = Record<string, string | { link: string }>;

/** A directory with these files, removed after the test. */
export function createRoot(t: TestContext, files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'kubelet-doctor-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    const place = join(root, path);
    mkdirSync(dirname(place), { recursive: true });
    if (typeof content === 'string') writeFileSync(place, content);
    else symlinkSync(content.link, place);
  }
  return root;
}

/** A machine that has these files and nothing of the real one. */
export function createTestHost(t: TestContext, files: Files = {}, overrides: HostOverrides = {}): Host {
  return createHost({
    env: {},
    root: createRoot(t, files),
    home: '/home/me',
    hostName: 'machine',
    cwd: '/cwd',
    interfaceAddresses: () => [],
    ...overrides,
  });
}
