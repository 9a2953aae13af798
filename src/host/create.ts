/** The real machine as a Host. */
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readFile } from 'node:fs/promises';
import { homedir, hostname, networkInterfaces } from 'node:os';
import { posix } from 'node:path';
import { BOUNDS } from '../model/bounds.js';
import type { FilePart, FileRead, Host, InterfaceAddress } from './host.js';
import { createRedactor, type Redactor } from './redact.js';
import { registerUserInfo } from './secrets/urls.js';
import { walkBelow } from './walk.js';

/** What a failed open means in words; the code is the fact. */
const WORDS: Record<string, string> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ELOOP: 'too many symbolic links',
  ENOTFILE: 'is not a regular file',
  EXDEV: 'leads out of the file system it was named in',
};

/** Codes that say the same to a reader: a path through a file is a missing path, a socket is no file (open says ENXIO). */
const SAME_AS: Record<string, string> = { ENOTDIR: 'ENOENT', EPERM: 'EACCES', ENXIO: 'ENOTFILE', ENODEV: 'ENOTFILE' };

/** What is read at once: of a file that says no size, as those of /proc, and of any other. */
const SMALL = 4 * 1024;
const LARGE = 64 * 1024;

/** What a test or the simulator may replace. */
export type HostOverrides = Partial<
  Pick<Host, 'env' | 'root' | 'home' | 'hostName' | 'cwd' | 'dnsPort' | 'healthzPort' | 'now' | 'interfaceAddresses' | 'redactor'>
> & {
  /** Asked with the id of the mount that an opened file is on (proc_pid_fdinfo(5)), before it is read. */
  mayRead?(mount: string): Promise<boolean>;
};

/** The machine we run on, with parts of it replaced. Never throws: a machine without a home or a working directory is still a machine. */
export function createHost(overrides: HostOverrides = {}): Host {
  const env = overrides.env ?? process.env;
  const root = (overrides.root ?? '').replace(/(?<!\/)\/+$/, '');
  const cwd = overrides.cwd ?? orElse(() => process.cwd(), '/');
  const redactor = overrides.redactor ?? createRedactor();
  registerEnvironment(env, redactor);
  const locate = (path: string) => (root === '' ? Promise.resolve(posix.resolve(cwd, path)) : walkBelow(root, posix.resolve(cwd, path)));
  return {
    env,
    root,
    // kubectl reads $HOME; os.homedir() throws for a user id without a passwd entry, as OpenShift assigns.
    home: overrides.home ?? env.HOME ?? orElse(() => homedir(), '/'),
    hostName: overrides.hostName ?? orElse(() => hostname(), ''),
    cwd,
    dnsPort: overrides.dnsPort ?? 53,
    healthzPort: overrides.healthzPort ?? 10248,
    redactor,
    now: overrides.now ?? Date.now,
    locate,
    readFile: (path, maxBytes = BOUNDS.file, part = 'whole') =>
      readRegularFile(path, locate, { maxBytes, part, mayRead: overrides.mayRead }),
    async listDirectory(path) {
      try {
        return (await readdir(await locate(path))).sort();
      } catch {
        return [];
      }
    },
    interfaceAddresses: overrides.interfaceAddresses ?? (() => orElse(realInterfaces, [])),
  };
}

function orElse<T>(read: () => T, fallback: T): T {
  try {
    return read();
  } catch {
    return fallback;
  }
}

function realInterfaces(): InterfaceAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, list]) => (list ?? []).map(({ address }) => ({ name, address })));
}

/** Variables that are secret by their name, and passwords of proxies, are never shown, whoever quotes them. */
export function registerEnvironment(env: Host['env'], redactor: Redactor): void {
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value.length < 8) continue;
    // By the end of the name: DD_SECRET_BACKEND_TYPE or SECRET_NAME hold words that reports need.
    const secret =
      /(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|(API|APP|ACCESS|PRIVATE|ACCOUNT)_?KEY|_(PASS|PWD|PAT|PSW))$/i.test(name);
    if (secret && !value.startsWith('/')) redactor.register(value);
    if (/_PROXY$/i.test(name) ? !/^no_/i.test(name) : holdsPassword(value)) registerUserInfo(value, redactor);
  }
}

/** A URL with a colon in what stands before its last at sign. */
function holdsPassword(value: string): boolean {
  const rest = /^[a-z][a-z0-9+.-]*:\/\/(\S*)$/i.exec(value)?.[1] ?? '';
  const colon = rest.indexOf(':');
  return colon >= 0 && rest.lastIndexOf('@') > colon;
}

async function readRegularFile(path: string, locate: (path: string) => Promise<string>, limits: Limits): Promise<FileRead> {
  // O_NONBLOCK: opening a FIFO without a writer would otherwise wait for one; O_NOCTTY: nor may a terminal become ours.
  const opening = async () => open(await locate(path), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  return readOpened(path, opening, limits);
}

/** How much of a file is read, and whether it may be. */
export interface Limits {
  maxBytes?: number | undefined;
  part?: FilePart | undefined;
  mayRead?: HostOverrides['mayRead'];
}

/** Reads what is opened, where it is a regular file. Never throws. */
export async function readOpened(
  path: string,
  opening: () => Promise<FileHandle>,
  { maxBytes = BOUNDS.file, part = 'whole', mayRead }: Limits = {},
): Promise<FileRead> {
  try {
    const file = await opening();
    try {
      const stat = await file.stat();
      if (stat.isDirectory()) return failed(path, 'EISDIR');
      if (!stat.isFile()) return failed(path, 'ENOTFILE');
      if (mayRead && !(await mayRead(await mountOf(file.fd)))) return failed(path, 'EXDEV');
      // Read to the end rather than trust st_size, which is 0 for everything in /proc; it only says how much room to make.
      const chunks: Buffer[] = [];
      let total = 0;
      // A log grows while it is read: what comes later is left.
      let from = part === 'end' ? Math.max(0, stat.size - maxBytes) : undefined;
      let chunk = Buffer.alloc(Math.min(stat.size || SMALL, LARGE) + 1);
      for (let at = 0; ; ) {
        const room = chunk.length - at;
        // The end is a read of its own, into what is left.
        const { bytesRead } = await file.read(chunk, at, from === undefined ? room : Math.min(room, maxBytes - total), from ?? null);
        at += bytesRead;
        total += bytesRead;
        if (from !== undefined) from += bytesRead;
        if (total > maxBytes) return { ok: false, path, code: 'ETOOBIG', detail: `is larger than ${maxBytes} bytes` };
        if (bytesRead > 0 && at < chunk.length) continue;
        chunks.push(chunk.subarray(0, at));
        if (bytesRead === 0) break;
        chunk = Buffer.alloc(LARGE);
        at = 0;
      }
      const bytes = Buffer.concat(chunks);
      return { ok: true, path, bytes, text: bytes.toString('utf8'), modifiedMs: stat.mtimeMs };
    } finally {
      await file.close();
    }
  } catch (error) {
    return failed(path, (error as NodeJS.ErrnoException).code ?? 'EUNKNOWN');
  }
}

async function mountOf(fd: number): Promise<string> {
  const info = await readFile(`/proc/self/fdinfo/${fd}`, 'utf8').catch(() => '');
  return /^mnt_id:\s*(\d+)$/m.exec(info)?.[1] ?? 'unknown';
}

function failed(path: string, code: string): FileRead {
  const known = SAME_AS[code] ?? code;
  return { ok: false, path, code: known, detail: WORDS[known] ?? `cannot be read (${known})` };
}
