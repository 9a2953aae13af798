/**
 * From afar, by what is written: the port that an agent's settings name, and the one that the kubelet registered. Our own connection, where there is one,
 * goes to the registered port and tells nothing of the agent's.
 */
import type { Problem, View } from '../../../model/check.js';
import type { Fact } from '../../../model/facts.js';
import { changeSettings, configured, effective, lookAt, writtenIn } from '../../settings/shared/configuration.js';
import { kubeletPort } from '../../shared/address.js';
import { cite, citeBy } from '../../shared/cite.js';
import { ALL_KUBELET_FEATURES } from '../../shared/kubelet.js';
import { problem } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import { seen } from '../../shared/read.js';
import type { Words } from './words.js';

const HTTPS = 'DD_KUBERNETES_HTTPS_KUBELET_PORT';
/** Where no setting names one. */
const STANDARD = 10250;

type Read = View<'self/place' | 'self/agent-configuration' | 'apiserver/node'>;

/** Undefined where an agent dials the port that was registered: of several nobody knows here which one runs on this node. */
export function otherPortIsSet(view: Read, say: Words): Problem<'kubelet-port-differs'> | undefined {
  const place = seen(view.one('self/place'));
  const fact: Fact<'node'> = view.one('apiserver/node');
  const node = seen(fact);
  const registered = kubeletPort(node);
  if (place?.place !== 'workstation' || place.agentEnvironment || !node || registered === undefined) return undefined;
  const agents = configured(view.all('self/agent-configuration')).filter(
    ({ configuration: { of, install, containers }, container }) =>
      of === 'workload' && install === 'container' && containers[0] === container,
  );
  const dialled = agents.map((at) => ({ at, setting: effective(at.container, HTTPS) }));
  const isOther = ({ setting }: (typeof dialled)[number]) => {
    const port = setting ? Number(setting.value) : STANDARD;
    return Number.isInteger(port) && port > 0 && port < 65_536 && port !== registered;
  };
  const set = dialled.find(({ setting }) => setting);
  if (!set?.setting || !dialled.every(isOther)) return undefined;
  const { at, setting } = set;
  const value = String(setting.value);
  return problem('kubelet-port-differs', {
    proof: inTheirWords(at.fact, fact),
    // Our own connections go elsewhere: what they meet does not follow from it.
    observedAt: 'self',
    title: say('setPort', { port: value, other: registered }),
    features: ALL_KUBELET_FEATURES,
    evidence: [
      citeBy(
        'self/agent-configuration',
        at.configuration.name,
        say('sawSet', { source: writtenIn(at, setting), variable: HTTPS, value }),
        lookAt(at, HTTPS),
      ),
      cite(fact, say('sawRegistered', { node: node.node, port: registered })),
    ],
    fixes: [changeSettings(at, say('fixSetPort', { other: registered }), { [HTTPS]: String(registered) })],
  });
}
