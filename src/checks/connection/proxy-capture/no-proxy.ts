/** The lines of NO_PROXY that keep a server out of the proxy's way, and how a node's service is given them. */
import { isDnsName, isIp } from '../../../kubernetes/names.js';
import type { Setting } from '../../../model/facts.js';
import type { Path, Proxied } from './clues.js';

/** As Kubernetes fills it in for each pod, from a variable that stands above (k8s.io/api core/v1, EnvVar.Value). */
export const OWN_HOST = '$(DD_KUBERNETES_KUBELET_HOST)';

/** What to except: for a kubelet its neighbours too, since the same line serves the agent on every node; for the rest the host alone. */
export function exemptionFor({ server, candidate: { host, origin, source } }: Path, everywhere: boolean): string {
  const [, network] = /^(\d+\.\d+\.\d+)\.\d+$/.exec(host) ?? [];
  if (server !== 'kubelet') return host;
  if (network && isIp(host)) return `${network}.0/24`;
  return everywhere && origin === 'setting' && source === 'DD_KUBERNETES_KUBELET_HOST' ? OWN_HOST : host;
}

interface Lines {
  /** Where NO_PROXY comes from now. */
  from?: string;
  /** Missing when something in it may not be printed for pasting. */
  values?: Record<string, string>;
}

/** The list as it stands plus what it lacks, for each spelling that is set; else for the spelling of the variable that decided. */
export function linesToSet(exempt: string[], decision: Proxied, settings: readonly Setting[]): Lines {
  const set = settings.filter((s) => /^(no_proxy|proxy\.no)$/i.test(s.setting) && s.value !== '');
  const lists = set.map((s) => ({ name: /no_proxy/i.exec(`${s.setting} ${s.source}`)?.[0] ?? 'NO_PROXY', value: s.value }));
  const upper = decision.variable === decision.variable?.toUpperCase();
  if (lists.length === 0) lists.push({ name: upper ? 'NO_PROXY' : 'no_proxy', value: decision.noProxy ?? '' });
  const from = lists.some((list) => list.value !== '') ? lists.map((list) => list.name).join(' and ') : undefined;
  const values = Object.fromEntries(
    lists.map(({ name, value }) => {
      const tokens = value
        .split(',')
        .map((token) => token.trim())
        .filter((token) => token !== '');
      return [name, [...new Set([...tokens, ...exempt])].join(',')];
    }),
  );
  const printable = Object.values(values).every((value) => /^[A-Za-z0-9.*:_/,[\]-]+$/.test(value.replace(OWN_HOST, '')));
  return { from, values: printable && exempt.every(isExemption) ? values : undefined };
}

/**
 * A file of variables, named by the last drop-in: whatever `Environment=` says, an `EnvironmentFile=` overrides it, and of several the last counts
 * (systemd.exec(5)). The values passed the same guard as lines to paste.
 */
export function dropIn(values: Record<string, string>): string {
  const directory = '/etc/systemd/system/kubelet.service.d';
  return [
    `mkdir -p ${directory}`,
    `cat > ${directory}/99-no-proxy.conf <<'END'`,
    '[Service]',
    `EnvironmentFile=${directory}/99-no-proxy.env`,
    'END',
    `cat > ${directory}/99-no-proxy.env <<'END'`,
    ...Object.entries(values).map(([name, value]) => `${name}=${value}`),
    'END',
    'systemctl daemon-reload',
    'systemctl restart kubelet',
  ].join('\n');
}

function isExemption(token: string): boolean {
  return token === OWN_HOST || isIp(token.replace(/\/\d+$/, '')) || isDnsName(token);
}
