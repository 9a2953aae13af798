/** Headless Chromium, where one is installed: started for one page, quiet on the network. */
import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync(name, ['--version']).status === 0);
const QUIET = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** For `skip:`: false, or why not. */
export const noChromium: string | false = CHROMIUM ? false : 'no chromium here';

/** Opens a file with a fresh profile below `scratch`; returns what it prints (`--dump-dom`). */
export function chromium(scratch: string, file: string, ...more: string[]): string {
  const profile = path.join(scratch, `profile-${Math.round(performance.now())}`);
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', ...QUIET, `--user-data-dir=${profile}`, ...more];
  return execFileSync(CHROMIUM ?? '', [...flags, `file://${file}`], {
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
