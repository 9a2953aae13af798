/**
 * Whether the kubelet's own requests leave through a proxy: the variables it runs with, and the file that sets each. A drop-in of the service
 * (`Environment=`, `EnvironmentFile=`) is where a company proxy is written on nodes; systemd.unit(5) and systemd.exec(5) have the order.
 */
import { registerEnvironment } from '../../host/create.js';
import type { Host } from '../../host/host.js';
import { LINE, printable, SENTENCE } from '../../host/redact.js';
import { urlWithoutCredentials } from '../../host/secrets/urls.js';
import type { ServiceVariable } from '../../model/facts/node.js';
import type { FoundProcess } from './kubelet-process.js';
import { readEnvironment } from './process.js';

const PROXY_NAME = /^(https?_proxy|all_proxy|no_proxy)$/i;
const UNIT_DIRECTORIES = ['/usr/lib/systemd/system', '/lib/systemd/system', '/run/systemd/system', '/etc/systemd/system'];
/** Services a kubelet is, or is a part of. */
const UNITS = ['kubelet', 'k3s', 'k3s-agent', 'rke2-server', 'rke2-agent', 'snap.microk8s.daemon-kubelite'];
const MAX_FILES = 64;
const MAX_BYTES = 128 * 1024;

/** The variables as they are, and as they may be shown. */
export interface KubeletProxy {
  /** With credentials; they are known to the redactor, and the map is never part of a fact. */
  environment: Readonly<Record<string, string>>;
  shown: ServiceVariable[];
}

interface Assigned {
  value: string;
  source: string;
}

/** Of a running kubelet what it runs with; else what its service's files say. */
export async function readKubeletProxy(host: Host, { pid }: Pick<FoundProcess, 'pid'>): Promise<KubeletProxy> {
  const inFiles = await assignedInFiles(host);
  const read = pid === undefined ? undefined : await readEnvironment(host, pid);
  const running = read?.status === 'observed' ? read.data : undefined;
  const values = running ? Object.entries(running) : new Map([...inFiles].map(([name, { value }]) => [name, value]));
  const environment = Object.fromEntries([...values].filter(([name, value]) => PROXY_NAME.test(name) && value !== ''));
  registerEnvironment(environment, host.redactor);
  const shown = Object.entries(environment).map(([name, value]): ServiceVariable => {
    const file = inFiles.get(name);
    const source = file && (running === undefined || file.value === value) ? file.source : `process ${pid}`;
    return { name, value: printable(/^no_proxy$/i.test(name) ? value : urlWithoutCredentials(value), LINE), source };
  });
  return { environment, shown };
}

/** Each variable by the last file that sets it; an EnvironmentFile counts after every `Environment=` line. */
async function assignedInFiles(host: Host): Promise<Map<string, Assigned>> {
  const lines: { path: string; line: string; number: number }[] = [];
  for (const path of (await filesOf(host)).slice(0, MAX_FILES)) {
    const file = await host.readFile(path, MAX_BYTES);
    if (!file.ok) continue;
    for (const [i, line] of file.text.split('\n').entries()) lines.push({ path, line: line.trim(), number: i + 1 });
  }
  const found = new Map<string, Assigned>();
  const environmentFiles: string[] = [];
  for (const { path, line, number } of lines) {
    const [, key, rest = ''] = /^(Environment|EnvironmentFile)=(.*)$/.exec(line) ?? [];
    if (key === 'EnvironmentFile') environmentFiles.push(rest.replace(/^-/, '').trim());
    if (key !== 'Environment') continue;
    for (const word of wordsOf(rest)) assign(found, word, `${path}:${number}`);
  }
  for (const path of environmentFiles.filter((file) => /^\/[^*?%]*$/.test(file)).slice(0, MAX_FILES)) {
    const file = await host.readFile(path, MAX_BYTES);
    if (!file.ok) continue;
    file.text.split('\n').forEach((line, i) => {
      assign(
        found,
        line
          .trim()
          .replace(/^export\s+/, '')
          .replace(/^([^=]*=)(["'])(.*)\2$/, '$1$3'),
        `${path}:${i + 1}`,
      );
    });
  }
  return found;
}

/** The unit and its drop-ins, the latter by name whatever their directory: a later one overrides. */
async function filesOf(host: Host): Promise<string[]> {
  const found: string[] = [];
  for (const unit of UNITS) {
    const dropIns: [name: string, path: string][] = [];
    for (const directory of UNIT_DIRECTORIES) {
      const names = await host.listDirectory(`${directory}/${unit}.service.d`);
      for (const name of names) if (name.endsWith('.conf')) dropIns.push([name, `${directory}/${unit}.service.d/${name}`]);
    }
    found.push(...UNIT_DIRECTORIES.map((directory) => `${directory}/${unit}.service`));
    found.push(...dropIns.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, path]) => path));
  }
  return found;
}

function assign(found: Map<string, Assigned>, word: string, source: string): void {
  const [, name = '', value = ''] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(word) ?? [];
  if (PROXY_NAME.test(name)) found.set(name, { value, source: printable(source, SENTENCE) });
}

/** `"A=b c" D=e`: words in either kind of quotes, or bare. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
}
