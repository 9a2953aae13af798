/**
 * What a kubelet is really configured to do, and by what: defaults, the --config file, its drop-ins, and flags over all of them
 * (cmd/kubelet/app/server.go). The defaults are two sets: a kubelet without any file keeps those of its flags, which are open.
 */

import type { Fields } from '../../files/fields.js';
import type { Host } from '../../host/host.js';
import { printable, SENTENCE } from '../../host/redact.js';
import { FLAGS } from '../../kubernetes/kubelet/kubelet-flags.js';
import type { KubeletConfig, KubeletKey, KubeletValues, ValueOrigin } from '../../model/facts/node.js';
import type { Outcome } from '../../model/facts.js';
import { dropInsOf, findConfiguration, readKubeletFile } from './kubelet-files.js';
import type { KubeletFlags } from './kubelet-process.js';

type Value = string | number | boolean;

/** pkg/kubelet/apis/config/v1beta1/defaults.go. */
const FILE_DEFAULTS: KubeletValues = {
  'authentication.webhook.enabled': true,
  'authentication.anonymous.enabled': false,
  'authentication.x509.clientCAFile': '',
  'authorization.mode': 'Webhook',
  readOnlyPort: 0,
  port: 10250,
  address: '0.0.0.0',
  enableServer: true,
  enableDebuggingHandlers: true,
  serverTLSBootstrap: false,
  tlsCertFile: '',
  rotateCertificates: false,
  tlsMinVersion: '',
  containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
};

/** The same file with what cmd/kubelet/app/options applyLegacyDefaults changes. */
const FLAG_DEFAULTS: KubeletValues = {
  ...FILE_DEFAULTS,
  'authentication.webhook.enabled': false,
  'authentication.anonymous.enabled': true,
  'authorization.mode': 'AlwaysAllow',
  readOnlyPort: 10255,
};

const KEYS = Object.keys(FLAGS) as KubeletKey[];

/**
 * With the flags of a running kubelet, what it does; without them, what the files that were found say, and nothing is certain. Nor is it where a
 * file was written after the kubelet read it, at its start (`startedMs`).
 */
export async function readKubeletConfig(
  host: Host,
  flags: KubeletFlags | undefined,
  startedMs = Number.POSITIVE_INFINITY,
): Promise<Outcome<KubeletConfig>> {
  const found = flags ? { file: flags.config, directory: flags['config-dir'] } : await findConfiguration(host);
  if (!found) return { status: 'failed', code: 'ENOENT', detail: 'no kubelet configuration in any of the usual places' };
  const config: KubeletConfig = {
    values: { ...(found.file ? FILE_DEFAULTS : FLAG_DEFAULTS) },
    origins: Object.fromEntries(
      KEYS.map((key) => [key, { by: 'default', source: found.file ? 'a configuration file' : 'flags, no configuration file' }]),
    ) as Record<KubeletKey, ValueOrigin>,
    files: [],
    certain: flags !== undefined,
  };
  const dropIns = found.directory ? await dropInsOf(host, found.directory) : [];
  const files = [
    ...(found.file ? [{ path: found.file, by: 'file' as const }] : []),
    ...dropIns.map((path) => ({ path, by: 'drop-in' as const })),
  ];
  for (const { path, by } of files) {
    const read = await readKubeletFile(host, path, (root, modifiedMs = 0) => ({ set: settingsOf(root), modifiedMs }));
    if (read.status === 'failed') return { status: 'failed', code: read.code, detail: read.detail };
    const { set, modifiedMs } = read.data;
    // Two seconds of grain: the kernel dates its boot in whole seconds.
    if (modifiedMs > startedMs + 2000) config.certain = false;
    config.files.push(printable(path, SENTENCE));
    for (const { key, value, line } of set) assign(config, key, value, { by, source: printable(path, SENTENCE), line });
  }
  for (const key of KEYS) {
    const given = flags?.[FLAGS[key]];
    if (given !== undefined) assign(config, key, typed(key, given), { by: 'flag', source: `--${FLAGS[key]}=${given}` });
  }
  return { status: 'observed', data: config };
}

function assign(config: KubeletConfig, key: KubeletKey, value: Value, origin: ValueOrigin): void {
  (config.values as Record<KubeletKey, Value>)[key] = value;
  config.origins[key] = origin;
}

/** What a file says of the settings that are judged, with its lines. A value of the wrong type is the fault the kubelet stops at too. */
function settingsOf(root: Fields): { key: KubeletKey; value: Value; line: number }[] {
  return KEYS.flatMap((key) => {
    const path = key.split('.');
    const last = path.pop() as string;
    const at = path.reduce((fields, step) => fields.fields(step), root);
    const value = at.raw(last);
    if (value === undefined) return [];
    if (typeof value !== typeof FILE_DEFAULTS[key]) throw at.fault(`${last} must be a ${typeof FILE_DEFAULTS[key]}`, last);
    return [{ key, value: typeof value === 'string' ? printable(value, SENTENCE) : (value as Value), line: at.line(last) }];
  });
}

/** As Go's strconv.ParseBool and Atoi read a flag. */
function typed(key: KubeletKey, text: string): Value {
  const kind = typeof FILE_DEFAULTS[key];
  if (kind === 'boolean') return /^(1|t|true)$/i.test(text);
  return kind === 'number' ? Number(text) : text;
}
