/** The CA files: the one in use for each server, and the others at hand on this machine. */
import { MOUNTED_CA } from '../../kubernetes/service-account.js';
import { ON_MACHINES, readAuthority } from '../../probes/connection/authority.js';
import type { Authority } from '../../probes/connection/gate.js';
import type { AuthorityAtHand } from '../../probes/connection/tls.js';
import type { LiveContext } from '../context.js';

/** The CA in use for each target first, then every other one at hand. */
export interface Authorities {
  kubelet: AuthorityAtHand[];
  apiserver: AuthorityAtHand[];
  /** The CA in use; without one those that everybody has. */
  inUse: { kubelet: Authority; apiserver: Authority };
}

/** Reads the CA in use for each target; every other CA at hand is tried too, to say which one *would* verify. */
export async function authoritiesAtHand({ host, settings, store }: LiveContext): Promise<Authorities> {
  const read = async (target: 'kubelet' | 'apiserver', path: string | undefined, inline?: string) => {
    if (inline) return { label: 'kubeconfig', pem: inline };
    if (!path) return undefined;
    let pem: string | undefined;
    await store.observe({ target, kind: 'authority', subject: path }, async () => {
      const authority = await readAuthority(host, path);
      pem = authority.pem;
      return authority.outcome;
    });
    return pem ? { label: path, pem } : undefined;
  };
  const [kubelet, api] = await Promise.all([
    read('kubelet', settings.kubelet.caPath, settings.kubelet.caPem),
    read('apiserver', settings.apiserver.caPath, settings.apiserver.caPem),
  ]);
  const others = await Promise.all(
    [MOUNTED_CA, ...ON_MACHINES].map(async (path) => {
      const { pem } = await readAuthority(host, path);
      return pem ? [{ label: path, pem }] : [];
    }),
  );
  const atHand = (inUse: { label: string; pem: string } | undefined): AuthorityAtHand[] => {
    const rest = [kubelet, api, ...others.flat()].filter(
      (a): a is { label: string; pem: string } => a !== undefined && a.pem !== inUse?.pem,
    );
    const distinct = rest.filter((a, i) => rest.findIndex((b) => b.pem === a.pem) === i);
    return [...(inUse ? [{ ...inUse, inUse: true }] : []), ...distinct.map((a) => ({ ...a, inUse: false }))];
  };
  const inUse = (target: 'kubelet' | 'apiserver', pem: string | undefined): Authority =>
    pem === undefined ? { owner: 'public', pem } : { owner: settings[target].owners.authority, pem };
  return {
    kubelet: atHand(kubelet),
    apiserver: atHand(api),
    inUse: { kubelet: inUse('kubelet', kubelet?.pem), apiserver: inUse('apiserver', api?.pem) },
  };
}
