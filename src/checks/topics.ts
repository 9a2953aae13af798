/** What the commands that are about some of the questions put, each beside the way to where its answers are. */
import type { Check, Layer } from '../model/check.js';
import { CHECKS, PLACEMENT_CHECKS } from './index.js';

/** Layers without whose answer the apiserver tells nothing: what fails there is the reason, and is named. */
const WAY: readonly Layer[] = ['proxy', 'dns', 'tcp', 'tls', 'authn'];

/** Whether what was named exists: whatever a command asks, it asks it of that. */
const NAMED = ['named-node', 'named-account'];

/** These and the way to the apiserver; on the way nothing must be answered. */
function withWay(checks: readonly Check[]): readonly Check[] {
  const way = CHECKS.filter(({ target, layer, question }) => (target === 'apiserver' && WAY.includes(layer)) || NAMED.includes(question));
  return [...way.map((check) => ({ ...check, required: false })), ...checks];
}

const SETTINGS = ['agent-settings', 'agent-setting-values', 'agent-contradictions', 'agent-install', 'agent-mounts'];

/** How the agent is configured; where its settings are at hand, no server is asked for them. */
export const SETTINGS_CHECKS: readonly Check[] = CHECKS.filter(({ question }) => SETTINGS.includes(question)).map((check) => ({
  ...check,
  required: check.question === 'agent-settings',
}));

/** At a workstation they are those of a DaemonSet, and one may be named that is not there. */
export const SETTINGS_AND_WAY = withWay([...CHECKS.filter(({ question }) => question === 'agent-daemonset'), ...SETTINGS_CHECKS]);

const NOT_REQUIRED = ['node-condition', 'pod-waits'];

/** A CA file that a node lacks keeps the agent's pod there from starting. */
const KEEPS_PODS = CHECKS.filter(({ question }) => question === 'kubelet-authority-file');

/** Where the agent runs, and may run: here these are the questions that must be answered. */
export const NODES_AND_WAY = withWay([
  ...KEEPS_PODS,
  ...PLACEMENT_CHECKS.map((check) => ({ ...check, required: !NOT_REQUIRED.includes(check.question) })),
]);

/** Of a file besides: keys that nobody reads may be those that were to place the agent. */
export const NODES_OF_FILE: readonly Check[] = [
  ...NODES_AND_WAY,
  ...CHECKS.filter(({ question }) => question === 'agent-settings').map((check) => ({ ...check, required: false })),
];

/** Of the apiserver, but not about rights. */
const NO_RIGHTS = ['cluster-dns', 'version-skew', 'apiserver-at-kubelet'];

/** What the agent may do, and whatever keeps us from asking. */
export const RIGHTS_CHECKS: readonly Check[] = CHECKS.filter(({ target, question }) =>
  target === 'apiserver' ? !NO_RIGHTS.includes(question) : question === 'kubelet-forbidden',
);
