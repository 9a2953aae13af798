/**
 * "All well" is said of what was answered alone. In every healthy world each answer that is needed is replaced by one that is none, and the exit code
 * is never 0: line one names what was seen. One world is started for all of its replacements.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Report } from '../../src/model/report.js';
import { INSTEAD, type Instead } from '../../src/sim/answers/instead.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { type RunningWorld, startWorld } from '../../src/sim/start.js';
import { runIn, WORLDS_AT_ONCE } from './run.js';

type How = Instead['how'];

/** Without an answer to these, nothing is known to be well. The node proxy's are the kubelet's own, handed on. */
const NEEDED = {
  kubelet: /^\/(healthz|pods|metrics|metrics\/cadvisor|stats\/summary)$/,
  apiserver:
    /^\/(version|readyz|apis\/authentication\.k8s\.io\/v1\/selfsubjectreviews|apis\/authorization\.k8s\.io\/v1\/(self)?subjectaccessreviews|api\/v1\/nodes\/[^/]+(\/proxy\/(healthz|pods|metrics|metrics\/cadvisor|stats\/summary))?)$/,
};
/** What names a node, and can so be another's. */
const NAMES_NODE = /\/(pods|stats\/summary)$|\/nodes\/[^/]+$/;

const SAYS: Record<How, RegExp> = {
  'html-200': /200/,
  'html-502': /502/,
  'empty-200': /200/,
  '204': /204/,
  '302': /302/,
  'other-kind': /200/,
  'other-node': /n77/,
  '429': /429/,
  cut: /cut|break|close|ECONNRESET/,
  never: /not answer|no answer|never answer|stops|silent/,
};

const HEALTHY = SCENARIOS.filter(({ expect: { first, exitCode } }) => first === null && exitCode === 0);

async function ask(world: RunningWorld): Promise<{ code: number; report: Report }> {
  const { code, stdout, stderr } = await runIn(world, ['--output', 'json']);
  assert.equal(stderr, '');
  return { code, report: JSON.parse(stdout) as Report };
}

/** What this world's run asked, and needs. */
function neededIn({ requests }: RunningWorld): Pick<Instead, 'server' | 'path'>[] {
  const asked = requests.flatMap(({ server, path }): Pick<Instead, 'server' | 'path'>[] => {
    const name = server.startsWith('kubelet') ? 'kubelet' : server === 'apiserver' ? 'apiserver' : undefined;
    const [plain = ''] = path.split('?');
    return name && NEEDED[name].test(plain) ? [{ server: name, path: plain }] : [];
  });
  return [...new Map(asked.map((each) => [`${each.server} ${each.path}`, each])).values()];
}

let replaced = 0;

describe('an answer that is none', { concurrency: WORLDS_AT_ONCE }, () => {
  for (const { scenario, world: given } of HEALTHY) {
    it(scenario, async (t) => {
      const world = await startWorld(given);
      try {
        assert.equal((await ask(world)).code, 0, 'healthy as it is');
        const wrong: string[] = [];
        for (const at of neededIn(world))
          for (const how of INSTEAD.filter((each) => each !== 'other-node' || NAMES_NODE.test(at.path))) {
            world.cluster.instead = { ...at, how };
            const before = world.lies;
            const { code, report } = await ask(world);
            replaced += 1;
            const { title } = report.summary.top;
            if (world.lies === before) wrong.push(`${how} for ${at.server} ${at.path}: was not asked`);
            else if (code === 0 || !SAYS[how].test(title))
              wrong.push(`${how} for ${at.server} ${at.path}: exit ${code}, ${title || 'All well'}`);
          }
        if (wrong.length > 0) t.diagnostic(wrong.join('\n'));
        assert.deepEqual(wrong, []);
      } finally {
        await world.stop();
      }
    });
  }
  after(() => {
    assert.ok(HEALTHY.length > 10 && replaced > 100);
    process.stdout.write(`# ${HEALTHY.length} healthy worlds, ${replaced} answers replaced\n`);
  });
});
