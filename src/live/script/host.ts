/** The machine that the script ran on, as a Host: what it did not look at is not there. */
import type { FileRead, Host } from '../../host/host.js';
import { SERVICE_ACCOUNT_DIRECTORY } from '../../kubernetes/service-account.js';
import type { Answers, Block } from './answers.js';

/**
 * What was pasted speaks of the agent's own pod, whatever it says: as a node or a debug pod it would send us to look at files of the machine that we
 * are on. Variables that would lead to a kubeconfig are none of the script's.
 */
const AS_AGENT = { DD_KUBERNETES_ASKED_BY_SCRIPT: 'true' };
const ITS_VARIABLES = /^(DD_[A-Z0-9_]+|KUBERNETES_SERVICE_(HOST|PORT)|NODE_NAME|(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy)$/;
const ITS_FOLDERS = [SERVICE_ACCOUNT_DIRECTORY, '/opt/datadog-agent'];

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
    const [, ...rest] = block.words;
    if (block.kind === 'file' || block.kind === 'token') files.set(rest.join(' '), block);
    const folder = block.words.join(' ');
    if (block.kind === 'folder' && ITS_FOLDERS.includes(folder)) folders.set(folder, block.lines.filter(Boolean).sort());
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
  const isIts = (name: string) => ITS_VARIABLES.test(name) && name !== 'DD_KUBERNETES_KUBECONFIG_PATH';
  const names = lines('names').flatMap((name) => (isIts(name) ? [[name, LEFT_OUT]] : []));
  const values = lines('env').flatMap((line) => {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    return name !== undefined && value !== undefined && isIts(name) ? [[name, value]] : [];
  });
  return { ...Object.fromEntries([...names, ...values]), ...AS_AGENT };
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
