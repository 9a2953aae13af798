import { ownCredential } from '../../../src/checks/settings/own-credential.js';
import type { AnyFact, Place } from '../../../src/model/facts.js';
import { atNode, base, fact, failed } from '../facts.js';
import { judgeTable } from '../table.js';

const NEIGHBOUR = '/proc/7/root/var/run/secrets/kubernetes.io/serviceaccount/token';
const mounts = (neighbourToken?: string) => fact('self/mounts', { pod: 'u-1', agentImage: false, host: [], hidden: [], neighbourToken });
const at = (place: Place['place'], change: Partial<Place> = {}): AnyFact[] => [
  ...base().filter((f) => f.kind !== 'place'),
  atNode({ place, serviceEnvironment: place === 'pod', ...change }),
];
const none = [
  fact('apiserver/credential', { as: 'nobody', source: 'none' }, 'none'),
  fact('kubelet/credential', { as: 'nobody', source: 'none' }, 'none'),
];

const installed = [
  ...at('node').filter((f) => f.kind !== 'settings'),
  fact('self/settings', [
    { setting: 'agent.configuration', value: 'read', origin: 'file', source: '/etc/datadog-agent/datadog.yaml' },
    { setting: 'apiserver.kubeletIdentity', value: 'used', origin: 'file', source: '/etc/kubernetes/kubelet.conf' },
  ]),
];

judgeTable(ownCredential, [
  { row: 'not looked at yet', facts: base(), expect: 'cannot-tell' },
  { row: 'a token', facts: [...base(), fact('apiserver/credential', { as: 'token', source: '/t' }, 'token')], expect: 'pass' },
  { row: "no token in an ordinary pod: the manifest's affair", facts: [...at('pod'), ...none, mounts()], expect: 'pass' },
  {
    row: 'an ephemeral container beside a container with a token',
    facts: [...at('pod'), ...none, mounts(NEIGHBOUR)],
    expect: { cause: 'ephemeral-container-without-token', severity: 'blocks', certainty: 'proven' },
    witnesses: ['apiserver/credential', 'self/mounts'],
    says: /kubelet-doctor --agent-process 7"[\s\S]*kubectl debug POD -n NAMESPACE .*--target=agent --profile=restricted/,
  },
  {
    row: 'the same, where /var/run is a link; pod and namespace are known',
    facts: [
      ...at('pod', { vantage: 'pod-network', hostName: 'agent-x', namespace: 'datadog' }),
      ...none,
      mounts(NEIGHBOUR.replace('/var', '')),
    ],
    expect: { cause: 'ephemeral-container-without-token' },
    witnesses: ['apiserver/credential', 'self/mounts'],
    says: /kubelet-doctor --agent-process 7"[\s\S]*kubectl debug agent-x -n datadog -it/,
  },
  {
    row: 'no token, no variables of the agent, nobody in sight: an ephemeral container, or a pod without a mount',
    facts: [...at('pod', { noToken: true }), ...none, mounts()],
    expect: { cause: 'ephemeral-container-without-token', certainty: 'suspected' },
    wants: ['self/mounts'],
    says: /spec\.ephemeralContainers/,
  },
  {
    row: "in the agent's own container it is the manifest's affair",
    facts: [...at('agent-pod', { noToken: true }), ...none, mounts()],
    expect: 'pass',
  },
  {
    row: 'the same, the token file being named and gone',
    facts: [...at('pod'), failed('apiserver/credential', 'token', 'ENOENT'), mounts(NEIGHBOUR)],
    expect: { cause: 'ephemeral-container-without-token' },
    witnesses: ['apiserver/credential', 'self/mounts'],
  },
  {
    row: "a path that is none of /proc's never gets into a command",
    facts: [...at('pod'), ...none, mounts('/proc/7;id/token')],
    expect: 'pass',
  },
  {
    row: 'a node where no agent is installed',
    facts: [...at('node'), ...none],
    expect: 'pass',
  },
  {
    row: 'an agent on the host with nothing',
    facts: [...installed, ...none],
    expect: { cause: 'host-install-without-credentials', severity: 'blocks' },
    witnesses: ['kubelet/credential'],
    says: /DD_KUBELET_CLIENT_CRT=.*DD_KUBELET_AUTH_TOKEN_PATH/,
  },
  {
    row: "the same, where the apiserver is asked as the kubelet: its name is not the agent's",
    facts: [...installed, fact('apiserver/credential', { as: 'certificate', source: 'kubeconfig' }, 'certificate'), none[1]!],
    expect: { cause: 'host-install-without-credentials', severity: 'blocks' },
    witnesses: ['kubelet/credential'],
  },
  {
    row: 'an agent on the host with a client certificate for the kubelet',
    facts: [...at('node'), none[0]!, fact('kubelet/credential', { as: 'certificate', source: '/c' }, 'certificate')],
    expect: 'pass',
  },
  { row: 'nothing at a workstation', facts: [...at('workstation'), ...none], expect: 'pass' },
]);
