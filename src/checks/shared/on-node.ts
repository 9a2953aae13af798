/**
 * What the node's own files say of its kubelet: at a node, in a debug pod that has the node's root, or with --root. They count only for the kubelet
 * that is asked about, and a setting only where the flags of the running kubelet were seen: flags override every file.
 */
import { isLoopback, isSameHost } from '../../kubernetes/addresses.js';
import { isDnsName, isIp } from '../../kubernetes/names.js';
import type { Evidence, Message } from '../../model/check.js';
import type { Candidate, Fact, KubeletConfig, KubeletKey, KubeletProcess, KubeletValues, Place } from '../../model/facts.js';
import { cite } from './cite.js';
import { seen } from './read.js';

/** Is the kubelet that is asked about the one whose files were read? Without an address to ask it is. */
export function isThisNode(process: KubeletProcess | undefined, place: Place | undefined, candidate: Candidate | undefined): boolean {
  if (!process) return false;
  if (!candidate || process.named) return true;
  const { host } = candidate;
  // Loopback is this machine's only where we share its network.
  if (place?.vantage === 'host-network' && isLoopback(host)) return true;
  return process.local.some((name) => isSameHost(name, host));
}

/** At a node, what its kubelet is called: by a name that may stand in a command. */
export function nodeHere(place: Place | undefined, process: KubeletProcess | undefined): string | undefined {
  return place?.place === 'node' ? process?.local.find((name) => isDnsName(name) && !isIp(name)) : undefined;
}

/** Judged settings of the kubelet that is asked about, as it runs with them. */
export interface KnownConfig {
  values: KubeletValues;
  /** `/var/lib/kubelet/config.yaml:5`, `--anonymous-auth=true`, `/configz`, `default of a configuration file`. */
  origin(key: KubeletKey): string;
  /** What sets it: a file, or a flag, which every file loses against. Undefined where nothing does and there is no file, or it is not known. */
  setBy(key: KubeletKey): { file: string } | { flag: string } | undefined;
  /** Cites a setting, with the file and line or the flag that sets it. */
  cite(saw: Message): Evidence;
}

/** The effective configuration, where it is certain and of this kubelet. */
export function knownConfig(
  fact: Fact<'kubelet-config'>,
  process: Fact<'kubelet-process'>,
  place: Place | undefined,
  candidate: Candidate | undefined,
): KnownConfig | undefined {
  const config = seen(fact);
  if (!config?.certain || !isThisNode(seen(process), place, candidate)) return undefined;
  return {
    values: config.values,
    origin: (key) => originOf(config, key),
    setBy: (key) => setterOf(config, key),
    cite: (saw) => cite(fact, saw),
  };
}

function setterOf({ origins, files }: KubeletConfig, key: KubeletKey): ReturnType<KnownConfig['setBy']> {
  const { by, source } = origins[key];
  if (by === 'answer') return undefined;
  if (by === 'flag') return { flag: source.split('=')[0] ?? source };
  const file = by === 'default' ? files[0] : source;
  return file === undefined ? undefined : { file };
}

function originOf({ origins }: KubeletConfig, key: KubeletKey): string {
  const { by, source, line } = origins[key];
  if (by === 'default') return `the default of ${source}`;
  return line === undefined ? source : `${source}:${line}`;
}

/** What the node shows of a port that does not answer. */
export type LocalAnswer = 'gone' | 'server-off' | 'other-port' | 'loopback-only' | 'not-listening';

/** Undefined where the node shows nothing that decides: then second sides do. */
export function localAnswer(
  process: KubeletProcess | undefined,
  config: KnownConfig | undefined,
  dialled: Candidate,
): { answer: LocalAnswer; port?: number } | undefined {
  if (!process) return undefined;
  const { state, listening } = process;
  if (state === 'gone' && (listening ?? []).every(({ port }) => port !== dialled.port)) return { answer: 'gone' };
  if (state !== 'running' || !listening) return undefined;
  if (config?.values.enableServer === false) return { answer: 'server-off' };
  const at = (port: number) => listening.filter((socket) => socket.port === port);
  const here = at(dialled.port);
  if (here.length === 0) {
    const port = config?.values.port;
    return port !== undefined && port !== dialled.port && at(port).length > 0
      ? { answer: 'other-port', port }
      : { answer: 'not-listening' };
  }
  const loopback = (address: string) => address === '::1' || /^127\./.test(address);
  return here.every(({ address }) => loopback(address)) && !loopback(dialled.host) ? { answer: 'loopback-only' } : undefined;
}
