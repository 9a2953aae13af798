import { kubeletAuthorityFile } from '../../../src/checks/settings/kubelet-authority-file.js';
import type { HostPathVolume } from '../../../src/model/facts/placement.js';
import type { AnyFact, Setting, TlsHandshake } from '../../../src/model/facts.js';
import { base, certificate, ENDPOINT, fact, failed, handshake, pending } from '../facts.js';
import { placed, pod, workload } from '../placement.js';
import { judgeTable } from '../table.js';

const CA = '/etc/agent/kubelet-ca.crt';
const AKS = '/var/run/kubelet-ca/kubeletserver.crt';
const set = (value: string, change: Partial<Setting> = {}, ...more: Setting[]): AnyFact[] => {
  const [place, , candidates] = base() as [AnyFact, AnyFact, AnyFact];
  const setting: Setting = { setting: 'kubelet.ca', value, origin: 'agent environment', source: 'DD_KUBELET_CLIENT_CA', ...change };
  return [place, fact('self/settings', [setting, ...more]), candidates];
};
const off: Setting = { setting: 'kubelet.tlsVerify', value: 'false', origin: 'agent environment', source: 'DD_KUBELET_TLS_VERIFY' };
const verifiedBy = (authority: string): AnyFact => {
  const change: Partial<TlsHandshake> = { trusted: false, trials: [{ authority, inUse: false, verifies: true }] };
  return fact('kubelet/tls', handshake(change), ENDPOINT);
};

/** Seen at a workstation: the agent's pod on n1 waits. */
const waiting = (message: string, { all = true, hostPaths = [] as HostPathVolume[] } = {}): AnyFact[] => [
  ...base(),
  ...placed({
    pods: [pod('n1', { ready: false, phase: 'Pending', reason: 'ContainerCreating' }), ...(all ? [] : ['n2'])],
    workloads: [workload({ hostPaths })],
  }),
  fact(
    'apiserver/pod-events',
    [{ reason: 'FailedMount', message: `MountVolume.SetUp failed for volume ${message}`, count: 9, last: '2026-06-01T00:00:00Z' }],
    'datadog/datadog-agent-n1',
  ),
];

judgeTable(kubeletAuthorityFile, [
  {
    row: 'the file of AKS is gone: the pod is never started',
    facts: waiting('"kubelet-ca" : hostPath type check failed: /etc/kubernetes/certs/kubeletserver.crt is not a file'),
    expect: { cause: 'kubelet-ca-file-missing', certainty: 'proven', severity: 'blocks' },
    witnesses: ['apiserver/pod-events'],
    says: /kubeletserver\.crt: \\"is not a file\\"".*FailedMount \(9 times.*Remove the AKS overrides.*kubelet-serving-ca.*Name a CA file/,
  },
  {
    row: 'another file, on one node of two',
    facts: waiting('"kubelet-ca" : hostPath type check failed: /etc/ca.crt is not a file', { all: false }),
    expect: { cause: 'kubelet-ca-file-missing', certainty: 'proven', severity: 'degrades' },
    witnesses: ['apiserver/pod-events'],
    says: /Remove the override/,
  },
  {
    row: 'another volume',
    facts: waiting('"logs" : hostPath type check failed: /etc/ca.crt is not a file'),
    expect: 'not-applicable',
  },
  { row: 'readable', facts: [...set(CA), fact('kubelet/authority', { path: CA, certificates: [certificate()] }, CA)], expect: 'pass' },
  { row: 'none configured', facts: base(), expect: 'not-applicable' },
  { row: 'being read', facts: [...set(CA), pending('kubelet/authority', CA)], expect: 'cannot-tell' },
  {
    row: 'absent: drop the override',
    facts: [...set(CA), failed('kubelet/authority', CA, 'ENOENT')],
    expect: { cause: 'kubelet-ca-file-missing', certainty: 'proven', severity: 'blocks' },
    witnesses: ['kubelet/authority'],
    says: /does not exist: \/etc\/agent\/kubelet-ca\.crt.*DD_KUBELET_CLIENT_CA names.*"DD_KUBELET_CLIENT_CA="/,
    neverSays: /TLS_VERIFY/,
  },
  {
    row: "absent, and the service account's CA verifies this kubelet",
    facts: [...set(CA), failed('kubelet/authority', CA, 'ENOENT'), verifiedBy('/var/run/secrets/kubernetes.io/serviceaccount/ca.crt')],
    expect: { cause: 'kubelet-ca-file-missing' },
    witnesses: ['kubelet/authority'],
    says: /"DD_KUBELET_CLIENT_CA=".*/,
  },
  {
    row: 'absent, and another file at hand verifies',
    facts: [...set(CA), failed('kubelet/authority', CA, 'ENOENT'), verifiedBy('/etc/kubernetes/kubelet-ca.crt')],
    expect: { cause: 'kubelet-ca-file-missing' },
    witnesses: ['kubelet/authority'],
    says: /"DD_KUBELET_CLIENT_CA=\/etc\/kubernetes\/kubelet-ca\.crt"/,
  },
  {
    row: 'AKS took its file away',
    facts: [...set(AKS), failed('kubelet/authority', AKS, 'ENOENT')],
    expect: { cause: 'kubelet-ca-file-missing' },
    witnesses: ['kubelet/authority'],
    says: /Remove the AKS overrides/,
  },
  {
    row: 'AKS, from a file: no variable to empty',
    facts: [...set(AKS, { origin: 'file', source: 'datadog.yaml' }), failed('kubelet/authority', AKS, 'ENOENT')],
    expect: { cause: 'kubelet-ca-file-missing' },
    witnesses: ['kubelet/authority'],
    neverSays: /"steps"/,
  },
  {
    row: 'not allowed to read it',
    facts: [...set(CA), failed('kubelet/authority', CA, 'EACCES')],
    expect: { cause: 'kubelet-ca-file-missing' },
    witnesses: ['kubelet/authority'],
    says: /cannot be read.*mode and owner/,
  },
  {
    row: 'no certificate in it',
    facts: [...set(CA), failed('kubelet/authority', CA, 'ENOTPEM')],
    expect: { cause: 'kubelet-ca-file-missing' },
    witnesses: ['kubelet/authority'],
    says: /holds no certificate/,
  },
  {
    row: 'by a flag of ours: the flag',
    facts: [...set('/nowhere', { origin: 'flag', source: '--kubelet-ca' }), failed('kubelet/authority', '/nowhere', 'ENOENT')],
    expect: { cause: 'kubelet-ca-file-missing' },
    witnesses: ['kubelet/authority'],
    says: /Give --kubelet-ca a file that exists/,
    neverSays: /DD_KUBELET_CLIENT_CA/,
  },
  {
    row: 'not used while verification is off: a risk',
    facts: [...set(CA, {}, off), failed('kubelet/authority', CA, 'ENOENT')],
    expect: { cause: 'kubelet-ca-file-missing', severity: 'risk' },
    witnesses: ['kubelet/authority'],
  },
]);
