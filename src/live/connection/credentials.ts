/** What would be presented to each server, read once: a client certificate, a token, or nothing. Their secrets are held by the gate. */
import { MOUNTED_TOKEN } from '../../kubernetes/service-account.js';
import type { CredentialKind } from '../../model/facts/connection.js';
import type { Credential, Outcome, Target, TokenClaims } from '../../model/facts.js';
import { type Held, hold } from '../../probes/connection/gate.js';
import { inspectClientCertificate, readClientCertificate } from '../../probes/credentials/certificate.js';
import type { LoadedKubeconfig } from '../../probes/credentials/kubeconfig.js';
import { inspectToken, readToken } from '../../probes/credentials/token.js';
import type { LiveContext } from '../context.js';
import type { CurlWith } from '../reproduce.js';

/** The credential in use for a target. `as: 'nobody'` when there is none that could be sent. */
export interface Presented {
  as: CredentialKind;
  held?: Held;
  claims?: TokenClaims;
  /** The agent sends its token beside its certificate, and a good one of either is enough; asked apart, so that each is judged. */
  beside?: Presented;
  /** Paths for `reproduce` commands. */
  files: CurlWith;
}

/** A credential as a fact, and its secret parts beside it. */
interface Inspected {
  outcome: Outcome<Credential>;
  token?: string;
  certPem?: string;
  keyPem?: string;
}

const NOBODY: Presented = { as: 'nobody', files: { as: 'nobody' } };

/**
 * Reads the credential for a server and writes its `credential` fact. A client certificate goes before a token, as in the kubelet's own
 * chain of authenticators (x509 first: kubernetes cmd/kubelet/app/auth.go).
 */
export async function presentCredential(context: LiveContext, target: Exclude<Target, 'self'>): Promise<Presented> {
  const { host, settings } = context;
  const { certPath, keyPath, tokenPath, caPath } = target === 'kubelet' ? settings.kubelet : settings.apiserver;
  const { kubeconfig } = settings.apiserver;
  const left = target === 'apiserver' ? context.recorded?.apiserverLeftOut : undefined;
  if (left !== undefined) {
    context.store.put({ target, kind: 'credential', subject: 'none' }, { status: 'absent', why: 'not-attempted', detail: left });
    return NOBODY;
  }
  if (certPath && keyPath) {
    const files = { caPath, certPath, keyPath };
    const read = context.recorded?.clientCertificate ?? readClientCertificate;
    const certificate = await present(context, target, 'certificate', files, () => read(host, certPath, keyPath));
    const token = tokenPath ? await present(context, target, 'token', { caPath, tokenPath }, () => readToken(host, tokenPath)) : NOBODY;
    if (certificate.as === 'nobody') return token;
    return token.as === 'nobody' ? certificate : { ...certificate, beside: token };
  }
  if (tokenPath) return present(context, target, 'token', { caPath, tokenPath }, () => readToken(host, tokenPath));
  if (kubeconfig && (target === 'apiserver' || settings.kubelet.usesKubeconfig)) return presentKubeconfig(context, target, kubeconfig);
  return presentNothing(context, target);
}

function presentKubeconfig(
  context: LiveContext,
  target: Exclude<Target, 'self'>,
  kubeconfig: LoadedKubeconfig,
): Promise<Presented> | Presented {
  const { host, settings } = context;
  const { certPath, keyPath, certPem, keyPem, token, tokenFile, exec } = kubeconfig.credential;
  const source = `${kubeconfig.source} (user ${kubeconfig.user})`;
  if (certPath && keyPath) {
    return present(context, target, 'certificate', { certPath, keyPath }, () => readClientCertificate(host, certPath, keyPath));
  }
  if (certPem && keyPem)
    return present(context, target, 'certificate', {}, async () => inspectClientCertificate(host, { certPem, keyPem, source }));
  if (tokenFile) return present(context, target, 'token', { tokenPath: tokenFile }, () => readToken(host, tokenFile));
  if (token) return present(context, target, 'token', {}, async () => inspectToken(host, token, source));
  if (!exec) return presentNothing(context, target);
  return present(context, target, 'token', {}, async (): Promise<Inspected> => {
    const { runExecPlugin } = await import('../../probes/credentials/exec-plugin.js');
    const ran = await runExecPlugin(host, exec, { timeoutMs: settings.timeoutMs / 2, allowed: !settings.noExec, signal: context.signal });
    if (!ran.ok) return { outcome: { status: 'failed', code: ran.code, detail: ran.detail } };
    if (ran.token) return inspectToken(host, ran.token, source);
    return inspectClientCertificate(host, { certPem: ran.certPem ?? '', keyPem: ran.keyPem ?? '', source });
  });
}

async function present(
  context: LiveContext,
  target: Exclude<Target, 'self'>,
  subject: 'token' | 'certificate',
  files: Omit<CurlWith, 'as'>,
  read: () => Promise<Inspected>,
): Promise<Presented> {
  let secrets: Omit<Inspected, 'outcome'> = {};
  const outcome = await context.store.observe({ target, kind: 'credential', subject }, async () => {
    const inspected = await read();
    secrets = inspected;
    return inspected.outcome;
  });
  const { token, certPem, keyPem } = secrets;
  const owner = context.settings[target].owners.credential;
  const here = (await context.settings.agent?.filesHere(files)) ?? files;
  if (outcome.status !== 'observed') return NOBODY;
  if (token) return { as: 'token', held: hold(owner, { token }), claims: outcome.data.token, files: { ...here, as: 'token' } };
  return certPem && keyPem ? { as: 'certificate', held: hold(owner, { certPem, keyPem }), files: { ...here, as: 'certificate' } } : NOBODY;
}

function presentNothing({ store }: LiveContext, target: Exclude<Target, 'self'>): Presented {
  store.put({ target, kind: 'credential', subject: 'none' }, { status: 'observed', data: { as: 'nobody', source: 'none' }, ms: 0 });
  return NOBODY;
}

/** Beside a token from elsewhere the one the kubelet mounted and keeps fresh: to tell a copy from it. It is not sent. */
export async function askMountedToken({ store, settings, host }: LiveContext): Promise<void> {
  const elsewhere = [settings.kubelet, settings.apiserver].some(({ tokenPath }) => tokenPath !== undefined && tokenPath !== MOUNTED_TOKEN);
  if (!elsewhere) return;
  await store.observe(
    { target: 'self', kind: 'credential', subject: 'mounted' },
    async () => (await readToken(host, MOUNTED_TOKEN)).outcome,
  );
}
