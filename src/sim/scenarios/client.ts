/** Our own credential, clock and proxy; and the worlds where all is well. */
import { broken, healthy, type Scenario } from '../scenario.js';

const throughProxy = ['kubelet-connection-refused', 'kubelet-permission-missing', 'apiserver-connection-refused'];

export const CLIENT: Scenario[] = [
  broken(
    'token-missing',
    'No token is mounted (automountServiceAccountToken: false)',
    { agent: { credential: 'no-token' } },
    'token-missing',
    {
      never: ['kubelet-token-authentication-off'],
    },
  ),
  broken('token-expired', 'The token has expired', { agent: { credential: 'expired' } }, 'token-expired', {
    never: ['kubelet-token-authentication-off', 'token-rejected'],
  }),
  broken('token-not-yet-valid', 'The token is not valid yet', { agent: { credential: 'not-yet-valid' } }, 'token-not-yet-valid'),
  broken(
    'token-other-audience',
    'The token was made for another audience',
    { agent: { credential: 'other-audience' } },
    'token-wrong-audience',
    {
      never: ['kubelet-token-authentication-off'],
    },
  ),
  broken('token-foreign', 'The token is from another cluster', { agent: { credential: 'foreign' } }, 'token-foreign'),
  broken('token-garbage', 'The token file does not contain a token', { agent: { credential: 'garbage' } }, 'token-malformed'),
  broken('token-newline', 'The token has a line break inside', { agent: { credential: 'newline-inside' } }, 'token-malformed'),
  broken('token-of-gone-pod', 'The token is bound to a deleted pod', { agent: { credential: 'deleted-pod' } }, 'token-rejected', {
    never: ['kubelet-token-authentication-off'],
  }),
  broken(
    'apiserver-keys-differ',
    'One of two apiservers lacks the key that signed the token',
    { apiserver: { secondKey: true } },
    'apiserver-keys-differ',
  ),
  broken(
    'client-certificate-expired',
    "The agent's client certificate has expired",
    { agent: { credential: 'certificate-expired' } },
    'client-certificate-expired',
  ),
  broken(
    'client-certificate-foreign',
    "The agent's client certificate is from another CA",
    { agent: { credential: 'certificate-foreign' } },
    'client-certificate-foreign',
  ),
  healthy('client-certificate', 'Healthy agent with a client certificate', { agent: { credential: 'certificate' } }),
  broken(
    'proxy-captures-kubelet',
    'A proxy variable sends kubelet traffic to a proxy that refuses it',
    { network: { proxy: { variable: 'HTTPS_PROXY', noProxy: 'kubernetes.sim,.svc', behaviour: 'refuse-403' } } },
    'proxy-captures-kubelet',
    { never: throughProxy },
  ),
  broken(
    'proxy-answers-for-kubelet',
    'A proxy answers instead of the kubelet, with its own certificate',
    { network: { proxy: { variable: 'HTTPS_PROXY', noProxy: 'kubernetes.sim,.svc', behaviour: 'intercept' } } },
    'proxy-captures-kubelet',
    { never: ['kubelet-permission-missing'] },
  ),
  broken(
    'proxy-captures-apiserver',
    'A proxy variable sends apiserver traffic to a proxy that requires a password',
    { network: { proxy: { variable: 'https_proxy', noProxy: 'n1.sim', behaviour: 'require-407', credentials: true } } },
    'proxy-captures-apiserver',
    { never: throughProxy },
  ),
  healthy('proxy-needed', 'The apiserver is reached through a proxy, and this works', {
    network: { proxy: { variable: 'HTTPS_PROXY', noProxy: 'n1.sim', behaviour: 'forward', onlyWayTo: ['apiserver'] } },
  }),
  broken('clock-behind', 'The local clock is two hours behind', { network: { clockOffsetMs: -7_200_000 } }, 'clock-skew', {
    never: ['kubelet-certificate-not-yet-valid', 'apiserver-certificate-not-yet-valid'],
  }),
  broken('clock-ahead', 'The local clock is two years ahead', { network: { clockOffsetMs: 730 * 86_400_000 } }, 'clock-skew', {
    never: ['kubelet-certificate-expired', 'apiserver-certificate-expired', 'token-expired'],
  }),
  broken(
    'apiserver-clock-ahead',
    "The apiserver's clock is an hour ahead, seen at a workstation",
    { place: 'workstation', apiserver: { clockAheadMs: 3_600_000 } },
    'server-clock-skew',
    { never: ['token-expired', 'apiserver-certificate-expired'] },
  ),
  healthy('healthy', "Healthy, in the agent's pod", {}),
  broken(
    'impersonation-forbidden',
    'The caller may not impersonate the user in --as',
    { place: 'workstation', agent: { rights: 'all' }, argv: ['--as', 'jane'] },
    'impersonation-forbidden',
    { never: ['identity-unexpected', 'permission-missing', 'kubelet-permission-missing'] },
  ),
  healthy('impersonation', 'An administrator impersonates the agent', {
    place: 'workstation',
    agent: { rights: 'everything' },
    argv: ['--as', 'ops', '--as-group', 'system:masters'],
  }),
  broken(
    'workstation-far-away',
    'The workstation has no route to the kubelet; the apiserver has',
    {
      place: 'workstation',
      kubelet: { listen: 'silent', seenByApiserver: 'answers' },
      apiserver: { nodeProxy: 'permitted' },
      agent: { rights: 'everything' },
    },
    'kubelet-connect-timeout',
    { exitCode: 3, never: ['kubelet-endpoint-fails', 'not-a-kubelet'] },
  ),
  broken(
    'workstation-node-proxy',
    'The workstation has no route to the kubelet, which is unhealthy',
    {
      place: 'workstation',
      kubelet: { listen: 'silent', seenByApiserver: 'answers', healthy: ['syncloop'] },
      apiserver: { nodeProxy: 'permitted' },
      agent: { rights: 'everything' },
    },
    'kubelet-unhealthy',
    { also: ['kubelet-connect-timeout'] },
  ),
  healthy('healthy-workstation', 'Healthy, at a workstation', { place: 'workstation' }),
];
