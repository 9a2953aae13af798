/** The machine that the script ran on, as a Host: what it did not look at is not there. */
import type { FileRead, Host } from '../../host/host.js';
import type { Answers, Block } from './answers.js';

/** What stands for a value that the script leaves out. */
const LEFT_OUT = 'left-out';

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  ENOTFILE: 'is not a regular file',
};

/** `own` lends its redactor alone. */
export function hostOf({ blocks, beganMs }: Answers, own: Host): Host {
  const files = new Map<string, Block>();
  const folders = new Map<string, string[]>();
  for (const block of blocks) {
    const [first = '', ...rest] = block.words;
    if (block.kind === 'file' || block.kind === 'token') files.set(rest.join(' '), block);
    if (block.kind === 'folder') folders.set(block.words.join(' '), block.lines.filter(Boolean).sort());
    void first;
  }
  const readFile = async (path: string): Promise<FileRead> => {
    const block = files.get(path);
    const code = block?.words[0] ?? 'ENOENT';
    const text = block && (block.kind === 'token' ? tokenOf(block) : code === 'ok' ? `${block.lines.join('\n')}\n` : undefined);
    if (text === undefined) return { ok: false, path, code, detail: WORDS[code] ?? code };
    return { ok: true, path, text, bytes: Buffer.from(text) };
  };
  return {
    env: environmentOf(blocks),
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

function environmentOf(blocks: readonly Block[]): Record<string, string> {
  const lines = (kind: string) => blocks.filter((block) => block.kind === kind).flatMap((block) => block.lines);
  const names = lines('names').map((name) => [name, LEFT_OUT]);
  const values = lines('env').flatMap((line) => {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    // It holds a credential, which the script leaves where it is: the apiserver is asked as from any pod.
    return name === undefined || value === undefined || name === 'DD_KUBERNETES_KUBECONFIG_PATH' ? [] : [[name, value]];
  });
  return Object.fromEntries([...names.filter(([name]) => name !== 'DD_KUBERNETES_KUBECONFIG_PATH'), ...values]);
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
