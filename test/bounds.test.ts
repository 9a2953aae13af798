/**
 * Whatever lies in a file, its reader ends soon and with an answer: no crash, no end of the stack, no second of work in one piece. The readers are
 * found in the source tree; a new one without a row here fails.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readAgentFile } from '../src/agent-config/datadog-yaml.js';
import { parseManifest } from '../src/agent-config/manifest.js';
import { checksHere } from '../src/agent-config/pod-settings.js';
import { createHost } from '../src/host/create.js';
import type { Host } from '../src/host/host.js';
import { readAgentLog } from '../src/live/node/logs.js';
import { BOUNDS } from '../src/model/bounds.js';
import { readAuthority } from '../src/probes/connection/authority.js';
import { createResolver } from '../src/probes/connection/dns.js';
import { readClientCertificate } from '../src/probes/credentials/certificate.js';
import { loadKubeconfig } from '../src/probes/credentials/kubeconfig.js';
import { readToken } from '../src/probes/credentials/token.js';
import { rightsOf } from '../src/probes/machine/access.js';
import { findAgentProcesses } from '../src/probes/machine/agent-process.js';
import { readKubeletConfig } from '../src/probes/machine/kubelet-config.js';
import { findConfiguration, readNodeCertificates } from '../src/probes/machine/kubelet-files.js';
import { foreignnessOf } from '../src/probes/machine/kubelet-impostor.js';
import { readKubeletKubeconfig } from '../src/probes/machine/kubelet-kubeconfig.js';
import { findKubeletProcess } from '../src/probes/machine/kubelet-process.js';
import { readKubeletProxy } from '../src/probes/machine/kubelet-proxy.js';
import { observeListening } from '../src/probes/machine/listening.js';
import { findLivingKubelet } from '../src/probes/machine/living-kubelet.js';
import { missingSocket } from '../src/probes/machine/mounts/agent-socket.js';
import { observeMounts } from '../src/probes/machine/mounts/mounts.js';
import { observePlace } from '../src/probes/machine/place.js';
import { commandLine, mountIds, podOfProcess, readEnvironment, startedMs, userOf } from '../src/probes/machine/process.js';
import { listProcesses } from '../src/probes/machine/processes.js';
import { onlyRoots, ownerIn } from '../src/probes/machine/root-owned.js';
import { readFacts } from '../src/report/contract/read-facts.js';
import { parseJson, readReport } from '../src/report/contract/read-report.js';
import { readProfileFile } from '../src/setup/profile-file.js';
import { statementsIn } from '../src/texts/log/said.js';
import { ODD_TEXTS } from './support/adversarial.js';

type Read = (host: Host, text: string) => unknown;

/** By the file of the source tree that reads. */
const READERS: Readonly<Record<string, Read>> = {
  'probes/credentials/kubeconfig.ts': (host) => loadKubeconfig(host, { path: '/kc' }),
  'probes/credentials/certificate.ts': (host) => readClientCertificate(host, '/a', '/b'),
  'probes/credentials/token.ts': (host) => readToken(host, '/token'),
  'probes/machine/process.ts': (host) =>
    Promise.all([
      commandLine(host, 7),
      readEnvironment(host, 7),
      podOfProcess(host, 7),
      userOf(host, 7),
      mountIds(host, 7),
      startedMs(host, 7),
    ]),
  'probes/machine/kubelet-kubeconfig.ts': (host) => readKubeletKubeconfig(host, { flags: { kubeconfig: '/kc' } }),
  'probes/machine/kubelet-proxy.ts': (host) => readKubeletProxy(host, { pid: 7 }),
  'probes/machine/mounts/mounts.ts': (host) => observeMounts(host),
  'probes/machine/mounts/agent-socket.ts': (host) => missingSocket(host),
  'probes/machine/kubelet-impostor.ts': (host) => foreignnessOf(host, 7, { uid: 0, gid: 0 }),
  'probes/machine/processes.ts': (host) => Promise.all([listProcesses(host), findAgentProcesses(host)]),
  'probes/machine/place.ts': (host) => observePlace(host),
  'probes/machine/listening.ts': (host) => observeListening(host, 7, new Set([10250])),
  'probes/machine/access.ts': (host) => rightsOf(host, 7),
  'probes/machine/root-owned.ts': (host, text) => [ownerIn(text), readKubeletConfig(onlyRoots(host), { config: '/config' })],
  'probes/machine/kubelet-process.ts': (host) => findKubeletProcess(host),
  'probes/machine/kubelet-files.ts': (host) =>
    Promise.all([
      readKubeletConfig(host, { config: '/config' }),
      findConfiguration(host),
      readNodeCertificates(host, { tlsCertFile: '/kubelet.crt' }),
    ]),
  'probes/machine/living-kubelet.ts': (host) => findLivingKubelet(host),
  'probes/connection/authority.ts': (host) => readAuthority(host, '/ca'),
  'probes/connection/dns.ts': (host) => createResolver(host),
  'live/node/logs.ts': async (host) =>
    statementsIn((await readAgentLog(host, '/agent.log')) ?? [], { log: '/agent.log' }, host.redactor.clean),
  'setup/profile-file.ts': (host) => readProfileFile('./profile.yaml', host),
  'live/apiserver/placement/workloads.ts': (_, text) => parseManifest(text, 'manifest.yaml'),
  'agent-config/pod-settings.ts': (host) => checksHere((path) => host.readFile(path)),
  'agent-config/datadog-yaml.ts': (host) => readAgentFile(host),
  'report/contract/read-report.ts': (_, text) => {
    const parsed = parseJson(text);
    return 'json' in parsed && [readReport(parsed.json), readFacts(parsed.json)];
  },
};

/** Files that call `readFile` and read nothing themselves, or what another row reads. */
const READ_ELSEWHERE = [
  // By the reader of profiles.
  'bundles/judged.ts',
  // By the reader of manifests.
  'cli/commands/nodes.ts',
  'cli/commands/read.ts',
  'cli/commands/settings.ts',
  'cli/help/topics.ts',
  'host/create.ts',
  'host/host.ts',
  'live/script/network.ts',
  'probes/credentials/exec-plugin.ts',
  'probes/credentials/kubeconfig-credential.ts',
  'setup/agent-process.ts',
  'setup/flag-errors.ts',
  'setup/profile-choice.ts',
  'setup/resolve.ts',
];

/** A machine on which every file is this text. */
function machineOf(text: string): Host {
  const bytes = Buffer.from(text);
  return {
    ...createHost({ env: {}, home: '/home/me', cwd: '/' }),
    readFile: async (at, most = BOUNDS.file) =>
      bytes.length > most
        ? { ok: false, path: at, code: 'ETOOBIG', detail: `is larger than ${most} bytes` }
        : { ok: true, path: at, bytes, text: bytes.toString('utf8'), modifiedMs: 0 },
    listDirectory: async (at) => (at === '/proc' ? ['1', '2', '7'] : ['00.conf', '10-kubeadm.conf']),
    locate: async (at) => path.join('/nonexistent', at),
  };
}

/** Some read a dozen files, each up to its bound: 2 s of CPU, and the same again on a busy machine. What is quadratic takes minutes. */
const MOST_MS = 6000;

describe('a reader', () => {
  it('of files has a row here', () => {
    const source = path.resolve('src');
    const reading = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('sim'))
      .filter((file) => /\breadFile\(/.test(readFileSync(path.join(source, file), 'utf8')));
    const known = [...Object.keys(READERS), ...READ_ELSEWHERE].filter((file) => file !== 'report/contract/read-report.ts');
    assert.deepEqual(reading.sort(), known.sort());
  });

  for (const [name, read] of Object.entries(READERS))
    it(`${name} ends soon with an answer, whatever the text`, async () => {
      for (const [what, text] of Object.entries(ODD_TEXTS)) {
        const before = process.cpuUsage();
        await assert.doesNotReject(async () => read(machineOf(text), text), `${what}`);
        const { user, system } = process.cpuUsage(before);
        const ms = Math.round((user + system) / 1000);
        assert.ok(ms < MOST_MS, `${what}: ${ms} ms of CPU`);
      }
    });
});
