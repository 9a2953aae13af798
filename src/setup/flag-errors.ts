/** What is wrong with the command line, before anything is asked of anyone: by the types and relations of the table of options. */
import type { Host } from '../host/host.js';
import { LINE } from '../host/redact.js';
import { registerUserInfo } from '../host/secrets/urls.js';
import { keyOf, type OptionSpec, type OptionType } from './option-spec.js';
import { type Flags, OPTIONS } from './options.js';
import { isHostName, parseDuration, parseEndpoint, parseHost, parsePort, parseServiceAccount } from './values.js';

/** What is wrong with a text, and what to write instead. */
type Reader = (text: string) => string | undefined;

const unless =
  (holds: (text: string) => unknown, fault: string): Reader =>
  (text) =>
    holds(text) ? undefined : fault;

function durationFault(text: string): string | undefined {
  if (parseDuration(text) !== undefined) return undefined;
  return /^\d+(\.\d+)?(ms|s|m|h)?$/.test(text.trim()) ? 'is out of range; give 1ms to 24h' : 'is not a duration; write 500ms, 4s, 2m or 1h';
}

/** Types that are missing here take any text. */
const READERS: Partial<Record<OptionType, Reader>> = {
  node: unless(isHostName, 'is not a node name; `kubectl get nodes` lists them'),
  host: unless(parseHost, 'is not an address or a name; give the port with --kubelet-port'),
  port: unless(parsePort, 'is not a port; give a number from 1 to 65535'),
  endpoint: (text) => {
    const read = parseEndpoint(text);
    return typeof read === 'string' ? `${read}; write https://host:port` : undefined;
  },
  account: unless(parseServiceAccount, 'is not NAMESPACE/NAME; write datadog/datadog-agent'),
  workload: (text) => {
    const parts = text.split('/');
    if (!parts.every(isHostName)) return 'is not a name; write NAMESPACE/NAME';
    return parts.length === 2 ? undefined : 'has no namespace; write NAMESPACE/NAME';
  },
  process: unless((text) => /^(auto|[1-9]\d{0,9})$/.test(text), 'is not a process ID; give a PID or auto'),
  version: unless((text) => /^v?\d+\.\d+(\.\d+)?([-+.].*)?$/.test(text), 'is not a version; write 7.52 or 1.33'),
  duration: durationFault,
};

const ADVICE: Record<string, string> = { ENOENT: 'check the path', EACCES: 'run as a user that may read it' };
const ROWS: readonly OptionSpec[] = OPTIONS;

/** One line that names the flag, what is wrong with it, and what to do; undefined when all is well. */
export async function findFlagError(flags: Partial<Flags>, host: Host): Promise<string | undefined> {
  const wrong = findWrongWord(flags, host) ?? (await wrongPath(flags, host));
  return wrong && host.redactor.clean(wrong, LINE);
}

/** The same of the words alone: no file is looked at. */
export function findWrongWord(flags: Partial<Flags>, { redactor }: Pick<Host, 'redactor'>): string | undefined {
  const used = ROWS.filter(({ name }) => given(flags, name) !== undefined);
  // Errors repeat what was given, and a server may have been given with a password.
  for (const { name } of used) if (/@/.test(String(given(flags, name)))) registerUserInfo(String(given(flags, name)), redactor);
  // What must not stand together is said before what is missing to it: to complete it would be in vain.
  for (const fault of [wrongValue, wrongCompany, missingCompany])
    for (const option of used) {
      const wrong = fault(option, flags);
      if (wrong) return redactor.clean(`--${option.name} ${wrong}`, LINE);
    }
  return undefined;
}

function given(flags: Partial<Flags>, name: string): Flags[keyof Flags] | undefined {
  return flags[keyOf(name) as keyof Flags];
}

function wrongValue({ name, type }: OptionSpec, flags: Partial<Flags>): string | undefined {
  const value = given(flags, name);
  if (Array.isArray(value) && type !== 'list') return 'is given more than once; give it once';
  if (value === '') return 'has an empty value; give one or leave out the option';
  const fault = typeof value === 'string' ? READERS[type]?.(value) : undefined;
  return fault && `${value} ${fault}`;
}

function wrongCompany({ excludes }: OptionSpec, flags: Partial<Flags>): string | undefined {
  const other = excludes?.options.find((name) => given(flags, name) !== undefined);
  return other && excludes?.says.replace('{other}', `--${other}`);
}

function missingCompany({ needs }: OptionSpec, flags: Partial<Flags>): string | undefined {
  return needs && given(flags, needs.option) === undefined ? needs.says.replace('{other}', `--${needs.option}`) : undefined;
}

async function wrongPath(flags: Partial<Flags>, host: Host): Promise<string | undefined> {
  for (const { name, type, maxBytes } of ROWS) {
    const path = given(flags, name);
    if (typeof path !== 'string') continue;
    const wrong =
      type === 'file' ? await unreadable(path, maxBytes, host) : type === 'directory' ? await noDirectory(path, host) : undefined;
    if (wrong)
      return mayBeSecret(name, path)
        ? `--${name}: there is no such file; give the path of a file, not what is in it`
        : `--${name} ${path}: ${wrong}`;
  }
  return undefined;
}

/** A token in the place of its file's name is not shown: it is in nobody's output but the shell's history. */
function mayBeSecret(option: string, path: string): boolean {
  return /token|key/.test(option) && path.length >= 16 && /\d/.test(path) && !/^(?:\/|\.\.?\/|~)/.test(path);
}

async function unreadable(path: string, maxBytes: number | undefined, host: Host): Promise<string | undefined> {
  const file = await host.readFile(path, maxBytes);
  return file.ok ? undefined : `${file.detail}; ${ADVICE[file.code] ?? 'name a readable file'}`;
}

/** Only a directory will do: a file, or a path that is not there, would look like a node without a kubelet. */
async function noDirectory(path: string, host: Host): Promise<string | undefined> {
  const read = await host.readFile(path, 1);
  if (!read.ok && read.code === 'EISDIR') return undefined;
  return `${read.ok || read.code === 'ETOOBIG' ? 'is a file' : read.detail}; name the directory that holds the node's file system`;
}
