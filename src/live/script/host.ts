/** The container that the script ran in, as a Host: what it did not look at is not there. */
import type { FileRead, Host } from '../../host/host.js';
import { SERVICE_ACCOUNT_DIRECTORY } from '../../kubernetes/service-account.js';
import type { Answers, Block } from './answers.js';
import { AGENT_FILE, AUTHORITIES, FILES, FOLDERS, IN_PART, LENGTHS, NAMING_FILES, OLD_NAMES, SOCKETS } from './looks.js';

/** Variables that would lead to a kubeconfig, and so to files and programs of the machine that we are on, are none of the script's. */
const ITS_VARIABLES =
  /^(DD_[A-Z0-9_]+|KUBERNETES_SERVICE_(HOST|PORT)|[A-Z0-9_]{1,80}_SERVICE_(HOST|PORT)|NODE_NAME|DOCKER_HOST|(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy)$/;

/** What stands for a value that the script leaves out: as long as such values are. */
export const LEFT_OUT = 'left-out-by-the-script-of-kubelet-doctor';
const LONGEST = 4096;

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  ENOTFILE: 'is not a regular file',
};

export const fileWords = (code: string): string => WORDS[code] ?? code;

/** `own` lends its redactor alone. */
export function hostOf({ blocks, beganMs }: Answers, own: Host): Host {
  const env = environmentOf(blocks);
  const isIts = isItsFile(env);
  const files = new Map<string, Block>();
  const folders = new Map<string, string[]>();
  for (const block of blocks) {
    const [, ...rest] = block.words;
    const path = rest.join(' ');
    if ((block.kind === 'file' || block.kind === 'token') && isIts(path)) files.set(path, block);
    const folder = block.words.join(' ');
    if (block.kind === 'folder' && FOLDERS.includes(folder)) folders.set(folder, block.lines.filter(Boolean).sort());
  }
  const readFile = async (path: string): Promise<FileRead> => {
    const block = files.get(path);
    const code = block?.words[0] ?? 'ENOENT';
    const text = block && (block.kind === 'token' ? tokenOf(block) : code === 'ok' ? textOf(path, block) : undefined);
    if (text === undefined) return { ok: false, path, code, detail: fileWords(code) };
    return { ok: true, path, text, bytes: Buffer.from(text) };
  };
  return {
    env,
    root: '',
    home: '/root',
    cwd: '/',
    hostName: blocks.find(({ kind }) => kind === 'host')?.lines[0] ?? '',
    dnsPort: 53,
    redactor: own.redactor,
    now: () => beganMs,
    readFile,
    listDirectory: async (path) => folders.get(path) ?? [],
    locate: async (path) => path,
    interfaceAddresses: () => [],
  };
}

/** What the script looks at, and no other file that was pasted: a kubeconfig may name a program. */
function isItsFile(env: Readonly<Record<string, string>>): (path: string) => boolean {
  const { authorities, token, certificate, socket } = NAMING_FILES;
  const named = [...authorities, token, certificate, socket].map((variable) => env[variable]);
  const all = new Set([
    ...FILES,
    ...Object.values(IN_PART),
    ...AUTHORITIES,
    ...SOCKETS,
    AGENT_FILE,
    `${SERVICE_ACCOUNT_DIRECTORY}/token`,
    ...named,
  ]);
  return (path) => all.has(path);
}

function textOf(path: string, { lines }: Block): string {
  return path === IN_PART.program ? `${lines[0] ?? ''}\0` : `${lines.join('\n')}\n`;
}

function environmentOf(blocks: readonly Block[]): Record<string, string> {
  const lines = (kind: string) => blocks.filter((block) => block.kind === kind).flatMap((block) => block.lines);
  const isIts = (name: string) => ITS_VARIABLES.test(name) && name !== 'DD_KUBERNETES_KUBECONFIG_PATH';
  const names = lines('names').flatMap((name) => (isIts(name) || OLD_NAMES.includes(name) ? [[name, LEFT_OUT]] : []));
  const lengths = blocks.flatMap(({ kind, words: [name = '', length] }) =>
    kind === 'length' && LENGTHS.includes(name) ? [[name, 'x'.repeat(Math.min(Number(length) || 0, LONGEST))]] : [],
  );
  const values = lines('env').flatMap((line) => {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    return name !== undefined && value !== undefined && isIts(name) ? [[name, value]] : [];
  });
  return Object.fromEntries([...names, ...lengths, ...values]);
}

/** A token that says the same and is none: its claims, and no signature. */
function tokenOf({ words: [state], lines }: Block): string | undefined {
  const part = (json: string) => Buffer.from(json).toString('base64url');
  switch (state) {
    case 'jwt':
      return `${part('{"alg":"none"}')}.${part(lines.join('\n'))}.${part('the signature was left out')}`;
    case 'opaque':
      return 'left-out-as-it-is-no-jwt';
    case 'EMPTY':
      return '';
    case 'ENEWLINE':
      return 'left\nout';
    case 'ENOTJWT':
      return 'left out';
    default:
      return undefined;
  }
}
