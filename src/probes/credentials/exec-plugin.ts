/** Runs a kubeconfig's credential plugin (KEP-541, client.authentication.k8s.io) and takes its token or certificate. */
import { type ChildProcess, spawn } from 'node:child_process';
import { deadline, TOO_LATE } from '../../host/deadline.js';
import type { Host } from '../../host/host.js';
import { createRedactor, PHRASE, SENTENCE } from '../../host/redact.js';
import type { ClusterEntry, ExecEntry } from './kubeconfig-file.js';

/** Only what the user named may make us run a program. */
export type KubeconfigOrigin = 'named' | 'found';

/** A plugin as a kubeconfig describes it. `file` is that kubeconfig; `cluster` is there when the plugin asked for it. */
export interface ExecConfig extends ExecEntry {
  file: string;
  /** Whose word the kubeconfig is: `named` by the user, by flag or variable or as their own; or `found` on a node or in a bundle. */
  origin: KubeconfigOrigin;
  cluster?: Omit<ClusterEntry, 'file' | 'execConfig'> & { server: string; config?: unknown };
}

export interface ExecOptions {
  timeoutMs: number;
  /** False with --no-exec. */
  allowed: boolean;
  /** Ends the plugin early, with the run. */
  signal?: AbortSignal;
}

/** A credential, or why there is none: EPLUGINMISSING EPLUGINFAILED EPLUGINTIMEOUT, ELATE (host/deadline.ts), ENOEXEC (not allowed to run). */
export type PluginResult = { ok: true; token?: string; certPem?: string; keyPem?: string } | { ok: false; code: string; detail: string };

const API_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
const MAX_OUTPUT = 1024 * 1024;
const MAX_STDERR = 500;

/**
 * Runs the plugin without stdin and without a terminal. Only a kubeconfig that the user named may name it: one that was found, on
 * a node or below another process, belongs to someone else, wherever it lies, and its command would run as us.
 */
export async function runExecPlugin(host: Host, exec: ExecConfig, { timeoutMs, allowed, signal }: ExecOptions): Promise<PluginResult> {
  // It begins our sentence: what is no plain path or name stays out of it.
  const name = /^[\w./@+-]{1,200}$/.test(exec.command) ? host.redactor.clean(exec.command, PHRASE) : 'the credential plugin';
  if (!allowed) return { ok: false, code: 'ENOEXEC', detail: `${name} was not run: --no-exec` };
  if (exec.origin !== 'named')
    return { ok: false, code: 'ENOEXEC', detail: `${name} was not run: you did not name ${exec.file}, it was found` };
  const refused = whyInvalid(exec);
  if (refused) return { ok: false, code: 'EPLUGINFAILED', detail: `${name} was not run: ${refused}` };

  const own = Object.fromEntries(exec.env.map(({ name, value }) => [name, value]));
  const ran = await run(exec, { ...host.env, ...own, KUBERNETES_EXEC_INFO: await execInfo(host, exec) }, timeoutMs, signal);
  const credential = ran.code === 0 ? readCredential(ran.stdout, exec.apiVersion) : undefined;
  // Before anything of stderr is shown: a plugin may well log what it prints.
  for (const secret of [credential?.token, credential?.keyPem, ...secretsIn(ran.stdout)]) if (secret) host.redactor.register(secret);
  const said = lastOf(speechOf(host.redactor.clean(ran.stderr, MAX_OUTPUT), givenTo(host, exec, ran.stdout)), MAX_STDERR);
  const saying = said === '' ? '' : `: ${said}`;
  if (ran.spawnCode !== undefined) {
    const hint = exec.installHint ? `; ${host.redactor.clean(exec.installHint, SENTENCE)}` : '';
    const why = ran.spawnCode === 'ENOENT' ? 'is not installed here' : `cannot be run (${ran.spawnCode})`;
    return { ok: false, code: 'EPLUGINMISSING', detail: `${name} ${why}${hint}` };
  }
  if (ran.tooLate) return { ok: false, code: TOO_LATE, detail: '' };
  if (ran.timedOut) return { ok: false, code: 'EPLUGINTIMEOUT', detail: `${name} did not answer within ${timeoutMs} ms${saying}` };
  if (ran.code !== 0) return { ok: false, code: 'EPLUGINFAILED', detail: `${name} ended with ${ran.code ?? ran.signal}${saying}` };
  if (!credential || credential.fault)
    return { ok: false, code: 'EPLUGINFAILED', detail: `${name} ${credential?.fault ?? 'printed nothing'}${saying}` };
  const { fault: _, ...found } = credential;
  return { ok: true, ...found };
}

/** What looks like the credential in output that is not accepted as one: of a plugin that failed after it printed, of another version, cut off. */
function secretsIn(stdout: string): string[] {
  return [...stdout.matchAll(/"(?:token|clientKeyData)"\s*:\s*"((?:[^"\\]|\\.)+)/g)].map(([, text = '']) => {
    try {
      return JSON.parse(`"${text}"`) as string;
    } catch {
      return text;
    }
  });
}

/** What the plugin was given, and what it printed that is no credential we know: its error may repeat any of it. */
function givenTo({ env }: Host, { env: own, args }: ExecConfig, stdout: string): string[] {
  const named = own.map(({ value }) => value).filter((value) => value.length >= 8 && !isPath(value));
  const behindFlags = args.flatMap((word, at) => {
    const [name = '', ...value] = word.split('=');
    if (!name.startsWith('-') || !/token|pass|secret|key|auth|cred/i.test(name)) return [];
    return [value.length > 0 ? value.join('=') : (args[at + 1] ?? '')];
  });
  const bareArgs = args.map((word) => word.replace(/^--?[\w-]+=/, ''));
  const others = [...Object.values(env), ...bareArgs, ...stdout.split(/[\s"',]+/)].filter((value) => value !== undefined);
  return [...named, ...behindFlags, ...others.filter(mayBeSecret)];
}

function isPath(value: string): boolean {
  return /^(?:[~./]|--?[a-z])/.test(value);
}

/** No path, no address, no number and no word. */
function mayBeSecret(value: string): boolean {
  if (value.length < 8 || isPath(value)) return false;
  return !/^(?:[\d.:]+|[A-Z]?[a-z._-]*|[A-Z._-]*|\w+:\/\/[^@\s]*)$/.test(value);
}

/** Letters with digits and no sign that a path, an address or a code has: nothing that a person says. */
const NO_SPEECH = /(?<![\w+/=~.:-])(?=[a-z+=~_-]*\d)(?=[\d+=~_-]*[a-z])[\w+=~-]{20,}/gi;

/** What a program says, as far as it is speech. */
function speechOf(said: string, secrets: readonly string[]): string {
  const strict = createRedactor();
  for (const secret of secrets) strict.register(secret);
  return strict.clean(said, MAX_OUTPUT).replace(NO_SPEECH, '[redacted]');
}

/** What client-go refuses before it runs anything (tools/clientcmd/validation.go, plugin/pkg/client/auth/exec). */
function whyInvalid(exec: ExecConfig): string | undefined {
  if (exec.command === '') return 'its exec entry has no command';
  if (!API_VERSIONS.includes(exec.apiVersion)) return `apiVersion "${exec.apiVersion}" is not supported (only ${API_VERSIONS.join(', ')})`;
  if (exec.interactiveMode === 'Always') return 'interactiveMode is Always, but there is no terminal here; use --token-file FILE';
  if (exec.interactiveMode === undefined && exec.apiVersion === API_VERSIONS[0])
    return 'interactiveMode is missing, which client.authentication.k8s.io/v1 requires';
  return undefined;
}

async function execInfo(host: Host, exec: ExecConfig): Promise<string> {
  const { cluster } = exec;
  const caFile = cluster && !cluster.caPem && cluster.caPath ? await host.readFile(cluster.caPath) : undefined;
  const ca = cluster?.caPem ?? (caFile?.ok ? caFile.text : undefined);
  return JSON.stringify({
    kind: 'ExecCredential',
    apiVersion: exec.apiVersion,
    spec: {
      interactive: false,
      ...(cluster && {
        cluster: {
          server: cluster.server,
          ...(cluster.tlsServerName && { 'tls-server-name': cluster.tlsServerName }),
          ...(cluster.insecure && { 'insecure-skip-tls-verify': true }),
          ...(ca && { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
          ...(cluster.proxyUrl && { 'proxy-url': cluster.proxyUrl }),
          ...(cluster.config !== undefined && { config: cluster.config }),
        },
      }),
    },
  });
}

interface Run {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Why it could not be started. */
  spawnCode?: string;
  timedOut: boolean;
  /** This machine was too busy to tell whether it answered. */
  tooLate?: boolean;
  stdout: string;
  stderr: string;
}

/** The end of what a program said: a traceback names its error last. */
function lastOf(text: string, max: number): string {
  return text.length <= max ? text : `…${text.slice(1 - max)}`;
}

function run(exec: ExecConfig, env: NodeJS.ProcessEnv, timeoutMs: number, signal?: AbortSignal): Promise<Run> {
  return new Promise((resolve) => {
    const result: Run = { code: null, signal: null, timedOut: false, stdout: '', stderr: '' };
    let child: ChildProcess;
    let callOff: (() => void) | undefined;
    const stop = (why: Partial<Run>) => {
      killGroup(child);
      end(why);
    };
    const giveUp = () => stop({ timedOut: true });
    const end = (more: Partial<Run>) => {
      callOff?.();
      signal?.removeEventListener('abort', giveUp);
      // A helper the plugin left behind may hold the pipes; they must not hold us.
      child?.stdout?.destroy();
      child?.stderr?.destroy();
      resolve({ ...result, ...more });
    };
    try {
      // A group of its own, so that a wrapper script's children end with it.
      child = spawn(exec.command, exec.args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    } catch (error) {
      resolve({ ...result, spawnCode: (error as NodeJS.ErrnoException).code ?? 'EINVAL' });
      return;
    }
    callOff = deadline(timeoutMs, (code) => stop(code === TOO_LATE ? { tooLate: true } : { timedOut: true }));
    if (signal?.aborted) giveUp();
    signal?.addEventListener('abort', giveUp, { once: true });
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        result[stream] = (result[stream] + text).slice(0, MAX_OUTPUT);
      });
    }
    child.on('error', (error: NodeJS.ErrnoException) => end({ spawnCode: error.code ?? 'EUNKNOWN' }));
    // `close` follows once both pipes are at their end; `exit` alone may come before the last of the output.
    child.on('close', (code, signal) => end({ code, signal }));
    child.on('exit', (code, signal) => setTimeout(() => end({ code, signal }), 250).unref());
  });
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

function readCredential(stdout: string, apiVersion: string): { token?: string; certPem?: string; keyPem?: string; fault?: string } {
  let answer: {
    kind?: unknown;
    apiVersion?: unknown;
    status?: { token?: unknown; clientCertificateData?: unknown; clientKeyData?: unknown } | null;
  };
  try {
    answer = JSON.parse(stdout);
  } catch {
    return { fault: stdout.trim() === '' ? 'printed nothing' : 'did not print JSON' };
  }
  // A missing kind is let pass, as by client-go's decoder.
  if (typeof answer !== 'object' || answer === null || (answer.kind ?? 'ExecCredential') !== 'ExecCredential')
    return { fault: 'printed no ExecCredential' };
  // client-go compares exactly: a plugin that answers v1beta1 to v1 is refused.
  if (answer.apiVersion !== apiVersion) return { fault: `did not answer in apiVersion ${apiVersion}` };
  const { token, clientCertificateData: certPem, clientKeyData: keyPem } = answer.status ?? {};
  const found = { ...(isText(token) && { token }), ...(isText(certPem) && isText(keyPem) && { certPem, keyPem }) };
  return Object.keys(found).length > 0 ? found : { fault: 'printed neither a token nor a certificate with its key' };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
