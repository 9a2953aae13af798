/** What is said of the agent's mounts. */
import type { Feature, Verdict } from '../../../../model/check.js';
import type { HostMount } from '../../../../model/facts/agent.js';
import { fewOf } from '../../../shared/brief.js';
import { given } from '../../../shared/decide.js';
import { byHand, env, fixBy, yaml } from '../../../shared/fix.js';
import { cannotTell, notApplicable, pass, problem } from '../../../shared/problem.js';
import { inTheirWords } from '../../../shared/proof.js';
import type { Cause } from './causes.js';
import type { Clues } from './clues.js';
import { type Answer, hidesConfig, lacksMounts, lacksSocket } from './decision.js';
import { diskPatch, hostPatch, SUB_PATH } from './patches.js';
import type { Words } from './words.js';

/** What is lost without each. */
const LOST: Record<HostMount, Feature> = {
  proc: 'processes, network and load of the node',
  cgroup: 'CPU and memory of containers',
  'runtime-socket': 'container images, states and events',
  'pod-logs': 'pod logs',
};

const SOCKET = 'DD_CRI_SOCKET_PATH';
/** A pod on the node, which has its root at /host. */
const FIND_SOCKET =
  "kubectl debug node/NODE -it --image=busybox -- \
  find /host/run/ -name '*.sock'";

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
  'socket-wrong': ({ containers }, say) => {
    const { socket, name, fact, cite, template } = given(containers.find(lacksSocket));
    const { looked, set, others } = given(socket);
    const paths = fewOf([...looked], 1);
    const there = others.find((path) => /^(\/[\w.-]+)+\.sock$/.test(path));
    return problem('agent-runtime-socket-wrong', {
      proof: inTheirWords(fact),
      severity: 'degrades',
      title: set ? say('socketSet', { path: paths }) : say('socketElsewhere', { path: others[0] ?? '' }),
      features: [LOST['runtime-socket']],
      evidence: [
        cite(say('sawNoSocket', { paths: fewOf([...looked], 4), of: ofName(name) })),
        ...(others.length > 0 ? [cite(say('sawSockets', { paths: fewOf([...others], 4) }))] : []),
        ...(template ? [cite(say('sawTemplate', { mounts: template.slice(0, 12).join(', ') || 'nothing of the node' }))] : []),
      ],
      fixes: [
        there
          ? fixBy('agent', 'config', say('fixSocket', { variable: SOCKET, path: there }), env({ [SOCKET]: there }))
          : fixBy('agent', 'config', say('fixSocketUnknown'), byHand(FIND_SOCKET)),
      ],
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
