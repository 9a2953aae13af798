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
    'The kubelet ignores tokens and treats everyone as system:anonymous',
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
    'The kubelet allows anonymous access',
    { kubelet: { anonymous: true, alwaysAllow: true } },
    'kubelet-anonymous-access',
    {
      exitCode: 0,
    },
  ),
  broken(
    'always-allow',
    'The kubelet allows every authenticated request',
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
    'The agent has lost its role; the kubelet is 1.31',
    { kubelet: { version: '1.31' }, agent: { rights: 'none' } },
    'kubelet-permission-missing',
  ),
  broken(
    'fine-grained-too-new',
    'The role grants fine-grained permissions; the kubelet is 1.31 and requires nodes/proxy',
    { kubelet: { version: '1.31' }, agent: { rights: 'fine-grained' } },
    'fine-grained-permission-too-new',
    { never: ['kubelet-permission-missing'] },
  ),
  broken(
    'decision-cached',
    'The permission was granted seconds ago; the kubelet still caches its refusal',
    { kubelet: { decisionCache: 'denied' } },
    'kubelet-decision-cached',
    { never: ['kubelet-permission-missing'] },
  ),
  broken('stats-fails', '/stats/summary answers 500', { kubelet: { fail: { '/stats/summary': 500 } } }, 'kubelet-endpoint-fails'),
  broken('kubelet-unhealthy', "The kubelet's sync loop is stuck", { kubelet: { healthy: ['syncloop'] } }, 'kubelet-unhealthy'),
  healthy('healthy-1.31', 'Healthy, with a 1.31 kubelet', { kubelet: { version: '1.31' }, apiserver: { version: '1.31' } }),
];
