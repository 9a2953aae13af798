/** Who the kubelet takes us for, what it lets us read, and how it is. */
import { broken, healthy, type Scenario } from '../scenario.js';

export const KUBELET_RIGHTS: Scenario[] = [
  broken(
    'webhook-off',
    'The kubelet does not accept ServiceAccount tokens',
    { kubelet: { webhookAuthentication: false } },
    'kubelet-token-authentication-off',
    { never: ['token-rejected', 'kubelet-cannot-reach-apiserver'] },
  ),
  broken(
    'webhook-off-anonymous-on',
    'The kubelet ignores tokens and takes everyone for system:anonymous',
    { kubelet: { webhookAuthentication: false, anonymous: true } },
    'kubelet-ignores-token',
    { never: ['kubelet-permission-missing'] },
  ),
  broken(
    'kubelet-cut-off',
    'The kubelet cannot reach its apiserver: connection refused',
    { kubelet: { apiserverReach: 'refused', heartbeat: 'stale' } },
    'kubelet-cannot-reach-apiserver',
    { never: ['kubelet-token-authentication-off', 'token-rejected'] },
  ),
  broken(
    'kubelet-cut-off-dropped',
    'The kubelet cannot reach its apiserver: packets are dropped',
    { kubelet: { apiserverReach: 'dropped', heartbeat: 'stale' } },
    'kubelet-cannot-reach-apiserver',
    { never: ['kubelet-token-authentication-off', 'kubelet-hangs'] },
  ),
  broken(
    'anonymous-access',
    'The kubelet shows everything to everyone',
    { kubelet: { anonymous: true, alwaysAllow: true } },
    'kubelet-anonymous-access',
    {
      exitCode: 0,
    },
  ),
  broken(
    'always-allow',
    'The kubelet lets every valid identity do everything',
    { kubelet: { alwaysAllow: true }, agent: { rights: 'reads' } },
    'kubelet-always-allow',
    { exitCode: 0, never: ['kubelet-permission-missing'] },
  ),
  broken(
    'right-missing',
    'The agent may read everything but /stats/summary',
    { agent: { rights: 'no-stats' } },
    'kubelet-permission-missing',
  ),
  broken('rights-missing', 'The agent has lost its role', { agent: { rights: 'none' } }, 'kubelet-permission-missing', {
    never: ['kubelet-decision-cached'],
  }),
  broken(
    'rights-missing-1.31',
    'The agent has lost its role; the kubelet is of 1.31',
    { kubelet: { version: '1.31' }, agent: { rights: 'none' } },
    'kubelet-permission-missing',
  ),
  broken(
    'fine-grained-too-new',
    'The role grants nodes/pods and its like; the kubelet is of 1.31 and wants nodes/proxy',
    { kubelet: { version: '1.31' }, agent: { rights: 'fine-grained' } },
    'fine-grained-permission-too-new',
    { never: ['kubelet-permission-missing'] },
  ),
  broken(
    'decision-cached',
    'The right was granted seconds ago; the kubelet still remembers its refusal',
    { kubelet: { decisionCache: 'denied' } },
    'kubelet-decision-cached',
    { exitCode: 0, never: ['kubelet-permission-missing'] },
  ),
  broken('stats-fails', '/stats/summary answers 500', { kubelet: { fail: { '/stats/summary': 500 } } }, 'kubelet-endpoint-fails'),
  broken('kubelet-unhealthy', "The kubelet's sync loop is stuck", { kubelet: { healthy: ['syncloop'] } }, 'kubelet-unhealthy'),
  healthy('healthy-1.31', 'All is well with a kubelet of 1.31', { kubelet: { version: '1.31' }, apiserver: { version: '1.31' } }),
];
