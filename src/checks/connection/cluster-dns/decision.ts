/** Whether the apiserver's names resolve, from the top down; and of a name that does not, whose it is to answer for it. */
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import type { Clues } from './clues.js';

const UNKNOWN = 'ENOTFOUND';
const SILENT = 'ETIMEOUT';

/** Who answers one question and not the other may have lost a packet. */
const answersSome = ({ questions }: Clues): boolean => questions !== undefined && questions.unanswered < questions.asked;

/** In a pod a nameserver that does not answer at all is cluster DNS, whatever it was asked; unless it is the node's. */
const isDead = ({ clusterCode, nodesResolver }: Clues): boolean => clusterCode !== undefined && clusterCode !== UNKNOWN && !nodesResolver;
const isOwnName = (c: Clues): boolean => !c.ofCluster && !isDead(c);
/** Asked with the node's resolver in place of the agent's. */
const isOfNode = ({ place }: Clues): boolean =>
  place?.vantage === 'host-network' && (place.place === 'debug-pod' || place.agentProcess?.network === 'other');

export const DECISION = [
  ['not-asked', (c) => c.names.length === 0 && !c.candidate],
  ['no-name', (c) => c.names.length === 0],
  ['waiting', (c) => !c.failed && c.waitingFor !== undefined],
  ['resolves', (c) => !c.failed && c.looked],
  ['not-asked', (c) => !c.failed],

  ['name-unknown', (c) => isOwnName(c) && c.code === UNKNOWN],
  ['name-unanswered', isOwnName],
  ['of-the-node', (c) => isOfNode(c) && !c.byName && !c.searchesCluster],
  // systemd-resolved at 127.0.0.53 may refuse, fail or keep silent for a name that is not its own: by design, not a fault of cluster DNS.
  ['host-network', (c) => c.nodesResolver],
  ['dns-partly-silent', (c) => c.code === SILENT && answersSome(c)],
  ['dns-fails', (c) => c.code !== UNKNOWN],
  ['dns-incomplete', (c) => c.searchesCluster],
  ['another-resolver', (c) => c.place?.vantage !== 'host-network'],
  ['perhaps-host-network', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;
