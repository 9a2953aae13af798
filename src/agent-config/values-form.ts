/** What values of the chart and a DatadogAgent have in common: a form says what comes of its keys. */
import { posix } from 'node:path';
import { record } from '../kubernetes/json.js';

/** What stands at a dotted key; undefined also where that is null, as Helm takes a key away. */
export type Get = (key: string) => unknown;

/** One variable as it is made; `source` is the key, as one has to write it. */
export interface Line {
  variable: string;
  value?: string;
  from?: string;
  source: string;
  /** Not what someone wrote: what is there besides. */
  standard?: true;
}

export const DEFAULT_OF = { chart: 'the default of the chart', operator: 'the default of the operator' } as const;

/** Of two lines about the same variable the later counts. */
export interface Form {
  form: keyof typeof DEFAULT_OF;
  /** A key as one has to write it. */
  at(key: string): string;
  /** The kubelet's host; without it chart and operator take status.hostIP. */
  host: string;
  tolerations: string;
  /** What comes before the lists `env`; `name` is the object's. */
  before(get: Get, name: string): Line[];
  /** Lists, or mappings, of variables for all containers; the later ones count. */
  env: readonly string[];
  after(get: Get): Line[];
  /** Of the agent's container alone. */
  own: readonly string[];
  pod(get: Get): Record<string, unknown>;
  /** The key by which these values make no agent at all. */
  off(get: Get): string | undefined;
  /** Variables that are set or not by the version of what reads these keys. */
  open(get: Get): string[];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A path of the node in the agent's container, under the name that the chart gives its volume. */
export interface Mount {
  name: string;
  path: string;
  at: string;
}

/** As both have the node's paths in the container. */
export function hostPath(name: string, path: string): Mount {
  return { name, path, at: posix.join('/host', path) };
}

interface Parts {
  given: Record<string, unknown>;
  mounts: readonly Mount[];
  /** What the file adds itself. */
  volumes: unknown[];
  volumeMounts: unknown[];
  platform?: string;
}

/** The agent's pod; a mount that the file adds at the same place is the one that counts. */
export function podOf({ given, mounts, volumes, volumeMounts, platform }: Parts): Record<string, unknown> {
  const added = new Set(volumeMounts.map((mount) => record(mount).mountPath));
  const standard = mounts.filter(({ at }) => !added.has(at));
  return {
    ...given,
    volumes: [...mounts.map(({ name, path }) => ({ name, hostPath: { path } })), ...volumes],
    containers: [
      {
        name: 'agent',
        image: 'gcr.io/datadoghq/agent',
        env: platform ? [{ name: 'DD_PROVIDER_KIND', value: platform }] : [],
        volumeMounts: [...standard.map(({ name, at }) => ({ name, mountPath: at })), ...volumeMounts],
      },
    ],
  };
}
