/** The decision behind `kubelet-payload`, from the top down. */
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import type { Clues } from './clues.js';

export const DECISION = [
  ['port-taken', (c) => c.heard.length > 0 && !c.kubeletSpeaks && c.taken !== undefined],
  ['not-a-kubelet', (c) => c.heard.length > 0 && !c.kubeletSpeaks],
  ['of-another-node', (c) => c.strayed !== undefined],
  ['foreign', (c) => c.foreign.length > 0],
  ['unhealthy', (c) => c.unhealthy !== undefined],
  ['large-stall', (c) => c.onlyShort],
  ['endpoint-fails', (c) => c.failing.length > 0],
  ['debug-off', (c) => c.disabled !== undefined],
  ['partly', (c) => c.reads && c.unread !== undefined && !c.waiting],
  ['open', (c) => c.reads && c.byAnyone && !c.waiting],
  ['in-order', (c) => c.reads && !c.waiting],
  ['waiting', (c) => c.waiting],
  ['refused', (c) => c.refused],
  // At the node itself nothing need be sent: that a kubelet refuses nobody's request shows it, and its health port how it is.
  ['well-by-its-health-port', (c) => c.refusesNobodyHere && c.healthPort?.kubelet === 'answers' && c.healthPort.status === 200],
  ['health-port-decides', (c) => c.refusesNobodyHere && c.healthPort === undefined],
  ['proxy-decides', (c) => c.afar && c.portFails],
  ['withheld-as-by-the-agent', (c) => c.withheld === 'unverified' && !c.agentVerifies && c.kubeletSpeaks],
  ['withheld', (c) => c.withheld !== undefined],
  ['nothing-heard', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;
