/** What the program looks at in an agent's pod the script looks at too: what it leaves out would be taken for what is not there. */
import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { createHost } from '../../src/host/create.js';
import type { Host } from '../../src/host/host.js';
import { diagnose } from '../../src/live/diagnose.js';
import { judgeAnswers } from '../../src/live/script/judged.js';
import { AGENT_FILE, AUTHORITIES, FILES, FOLDERS, IN_PART, LENGTHS, OLD_NAMES, SOCKETS, valuesOf } from '../../src/live/script/looks.js';
import { findProfile } from '../../src/profiles/index.js';
import { DEFAULTS } from '../../src/setup/options.js';
import { resolveSettings } from '../../src/setup/resolve.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { startWorld } from '../../src/sim/start.js';
import { hasProgram, runScript } from '../support/script.js';

const ASKED = new Set([...FILES, ...Object.values(IN_PART), ...AUTHORITIES, ...SOCKETS, ...FOLDERS, AGENT_FILE]);
/** Read by the script in a way of their own: the token, the certificate and its key, other containers' mounts. */
const ITS_OWN_WAY =
  /serviceaccount\/token$|\/client\.(crt|key)$|\/kubelet-token$|^\/proc$|^\/proc\/\d+\/mountinfo$|\/etc\/datadog-agent\/ca\.crt$/;
/** Never: it holds credentials, and says which program gives them. */
const NEVER = /kubeconfig$/;
const NAMES = new Set([...valuesOf(findProfile(DEFAULTS.profile) ?? assert.fail()), ...LENGTHS, ...OLD_NAMES]);

describe('what the program looks at in a pod', () => {
  for (const name of [
    'healthy',
    'agent-runtime-socket-elsewhere',
    'integration-config-hidden',
    'client-certificate',
    'ephemeral-container',
    'token-stale-copy',
    'token-held-by-process',
    'cluster-agent-refused',
  ])
    it(`the script looks at too: ${name}`, async () => {
      const { world } = SCENARIOS.find(({ scenario }) => scenario === name) ?? assert.fail(`no ${name}`);
      const running = await startWorld(world);
      try {
        const seen: string[] = [];
        const host = watched(createHost(running.host), (what) => seen.push(what));
        const settings = await resolveSettings({}, host);
        assert.ok(!('error' in settings));
        await diagnose({ host, settings, budgetMs: 30_000, failOn: 'degrades', skip: [], only: [] });
        const left = seen.filter((what) =>
          what.startsWith('/') ? !ASKED.has(what) && !ITS_OWN_WAY.test(what) && !NEVER.test(what) : isLeft(what),
        );
        assert.deepEqual([...new Set(left)], []);
      } finally {
        await running.stop();
      }
    });
});

describe('answers that are old', () => {
  it('are judged by the time at which they were given', {
    skip: hasProgram('openssl', 'version') ? false : 'no openssl here',
  }, async () => {
    const { world } = SCENARIOS.find(({ scenario }) => scenario === 'certificate-expires-soon') ?? assert.fail();
    const running = await startWorld(world);
    const out = await runScript(running).finally(() => running.stop());
    const judge = async () => {
      const judged = await judgeAnswers(out, createHost({ env: {} }), { failOn: 'degrades', skip: [], only: [] });
      assert.ok(!('error' in judged));
      const { startedAt, findings } = judged.report;
      return { startedAt, findings: findings.map(({ cause, title }) => [cause, title.en]) };
    };
    const now = await judge();
    assert.match(JSON.stringify(now), /expires-soon|expir/);
    mock.timers.enable({ apis: ['Date'], now: Date.now() + 10 * 365 * 86_400_000 });
    try {
      assert.deepEqual(await judge(), now);
    } finally {
      mock.timers.reset();
    }
  });
});

/** A variable that the script prints neither the value nor the name of. */
function isLeft(variable: string): boolean {
  if (NAMES.has(variable) || /^DD_/.test(variable) || /_SERVICE_(HOST|PORT)$/.test(variable)) return false;
  // Everyone's, or of a kubeconfig that a pod's agent does not read.
  return !/^(PATH|HOME|HOSTNAME|KUBECONFIG|KUBERNETES|KUBERNETES_PORT|KUBERNETES_SERVICE_PORT_HTTPS)$/.test(variable);
}

function watched(host: Host, see: (what: string) => void): Host {
  const told =
    <T>(read: (path: string, most?: number) => T) =>
    (path: string, most?: number) => {
      see(path);
      return read(path, most);
    };
  const env = new Proxy(host.env, {
    get(all, name) {
      see(String(name));
      return all[String(name)];
    },
  });
  return { ...host, env, readFile: told(host.readFile), listDirectory: told(host.listDirectory) };
}
