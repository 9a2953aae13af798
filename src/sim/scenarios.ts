/** All worlds with a known diagnosis, for `demo` and the tests. Add one to its group; its name must be new. */
import type { Scenario } from './scenario.js';
import { AGENT_RIGHTS } from './scenarios/agent-rights.js';
import { AGENT_SETTINGS } from './scenarios/agent-settings.js';
import { APISERVER } from './scenarios/apiserver.js';
import { CLIENT } from './scenarios/client.js';
import { KUBELET_PATH } from './scenarios/kubelet-path.js';
import { KUBELET_RIGHTS } from './scenarios/kubelet-rights.js';
import { KUBELET_TLS } from './scenarios/kubelet-tls.js';
import { NAMED } from './scenarios/named.js';
import { NODE_SHELL } from './scenarios/node-shell.js';
import { PLACEMENT } from './scenarios/placement.js';
import { PLATFORM_SCENARIOS } from './scenarios/platforms.js';
import { SURROUNDINGS } from './scenarios/surroundings.js';
import { WHOSE_KUBELET } from './scenarios/whose-kubelet.js';

export type { Scenario } from './scenario.js';

export const SCENARIOS: readonly Scenario[] = [
  ...KUBELET_PATH,
  ...KUBELET_TLS,
  ...KUBELET_RIGHTS,
  ...AGENT_RIGHTS,
  ...APISERVER,
  ...CLIENT,
  ...PLACEMENT,
  ...SURROUNDINGS,
  ...NODE_SHELL,
  ...NAMED,
  ...AGENT_SETTINGS,
  ...WHOSE_KUBELET,
  ...PLATFORM_SCENARIOS,
];
