/** The kinds of places it may run in, as the report names them and as line three says them. */
import type { Place, Vantage } from '../model/facts.js';
import type { Where } from '../model/report.js';

/** `is`: what it is, as in the JSON; `ranIn`: after "Ran"; `beside`: where we ran ourselves, with --agent-process. */
const PLACES: Record<Place['place'], { is: string; ranIn: string; beside: string }> = {
  'agent-pod': { is: "the agent's pod", ranIn: "in the agent's pod", beside: "the agent's pod" },
  pod: { is: 'a pod', ranIn: 'in a pod', beside: 'a container' },
  'debug-pod': { is: 'a debug pod', ranIn: 'in a debug pod', beside: 'a debug pod' },
  node: { is: 'a node', ranIn: 'in a shell', beside: 'a shell' },
  workstation: { is: 'a workstation', ranIn: 'at a workstation', beside: 'a shell' },
};

/** Whose network it asked from. */
export const VANTAGES: Record<Vantage, string> = { 'pod-network': 'pod network', 'host-network': 'host network', workstation: '' };

/** As the report names it. Facts of a file may say of a place what no run says. */
export function placeOf({ place, agentProcess }: Place): string {
  if (!agentProcess) return PLACES[place]?.is ?? '';
  const { beside, pid } = agentProcess;
  const ours = beside === 'ephemeral-container' ? 'an ephemeral container' : PLACES[beside]?.beside;
  return `${ours} beside the agent's process ${pid}`;
}

/** "in the agent's pod on n1", "at a workstation": there the node is not where we ran. */
export function placeWords({ place, node: asked, machine }: Where): string {
  // Reports of the first versions have the id.
  const known = Object.entries(PLACES).find(([id, { is }]) => place === id || place === is)?.[1];
  const words = known?.ranIn ?? (place && `in ${place}`);
  const node = machine ?? asked;
  return node && known !== PLACES.workstation ? `${words} on ${node}` : words;
}
