/** What is said of the agent's mounts. */
import type { Feature, Verdict } from '../../../../model/check.js';
import type { HostMount } from '../../../../model/facts/agent.js';
import { fewOf } from '../../../shared/brief.js';
import { given } from '../../../shared/decide.js';
import { fixBy, yaml } from '../../../shared/fix.js';
import { cannotTell, notApplicable, pass, problem } from '../../../shared/problem.js';
import { inTheirWords } from '../../../shared/proof.js';
import type { Cause } from './causes.js';
import type { Clues } from './clues.js';
import { type Answer, hidesConfig, lacksMounts } from './decision.js';
import { diskPatch, hostPatch, SUB_PATH } from './patches.js';
import type { Words } from './words.js';

/** What is lost without each. */
const LOST: Record<HostMount, Feature> = {
  proc: 'processes, network and load of the node',
  cgroup: 'CPU and memory of containers',
  'runtime-socket': 'container images, states and events',
  'pod-logs': 'pod logs',
};

type Says = (clues: Clues, say: Words) => Verdict<Cause>;

export const ANSWERS: Record<Answer, Says> = {
  complete: ({ witness }) => pass(witness),
  'not-read': ({ code }, say) => cannotTell(say('notRead', { code: given(code) })),
  'not-looked': (_, say) => cannotTell(say('notLooked')),
  'no-agent': (_, say) => notApplicable(say('notAgent')),

  'config-hidden': ({ containers }, say) => {
    const { hidden, name, fact, cite } = given(containers.find(hidesConfig));
    const checks = [...new Set(hidden.flatMap((mount) => mount.checks))];
    return problem('integration-config-hidden', {
      proof: inTheirWords(fact),
      severity: checks.includes('kubelet') ? 'blocks' : 'degrades',
      title: say('hidden', { path: given(hidden[0]).path, checks: fewOf(checks, 2) }),
      features: checks.map((check) => `${check} check`),
      evidence: hidden.map((mount) => cite(say('sawHidden', { path: mount.path, of: ofName(name), checks: mount.checks.join(', ') }))),
      fixes: [fixBy('agent', 'config', say('fixSubPath'), yaml(SUB_PATH)), fixBy('agent', 'config', say('fixChart'))],
    });
  },
  'mounts-missing': ({ containers }, say) => {
    const { host, name, fact, cite, template } = given(containers.find(lacksMounts));
    const missing = host.filter(({ mounted }) => !mounted);
    const mounts = template && (template.slice(0, 12).join(', ') || 'nothing of the node');
    return problem('host-mounts-missing', {
      proof: inTheirWords(fact),
      severity: 'degrades',
      title: say('missing', {
        paths: fewOf(
          missing.map(({ path }) => path),
          2,
        ),
      }),
      features: missing.map(({ what }) => LOST[what]),
      evidence: [
        ...missing.map(({ path }) => cite(say('sawMissing', { path, of: ofName(name) }))),
        ...(mounts === undefined ? [] : [cite(say('sawTemplate', { mounts }))]),
      ],
      fixes: [fixBy('agent', 'restart', say('fixMount'), yaml(hostPatch(missing.map(({ what }) => what))))],
    });
  },
  'disks-unseen': ({ disks, mounts, citeDisk }, say) => {
    const paths = disks.map(({ at }) => at);
    const patch = diskPatch(paths);
    return problem('partition-not-mounted', {
      proof: inTheirWords(mounts),
      severity: 'note',
      title: say('disks', { paths: fewOf(paths, 1) }),
      evidence: disks.map(({ device, at }) => citeDisk(say('sawDisk', { device, path: at }))),
      fixes: [fixBy('agent', 'restart', say('fixDisk'), patch === undefined ? {} : yaml(patch))],
    });
  },
};

function ofName(name: string): string {
  return name && ` (${name})`;
}
