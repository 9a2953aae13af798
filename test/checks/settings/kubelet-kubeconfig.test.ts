import { kubeletKubeconfig } from '../../../src/checks/settings/kubelet-kubeconfig.js';
import type { AnyFact, KubeletKubeconfig } from '../../../src/model/facts.js';
import { atNode, base, fact } from '../facts.js';
import { nodeProcess } from '../node-facts.js';
import { judgeTable } from '../table.js';

const PATH = '/etc/kubernetes/kubelet.conf';
const found = (change: Partial<KubeletKubeconfig> = {}) =>
  fact('self/kubelet-kubeconfig', { path: PATH, server: 'https://10.0.0.5:6443', user: 'u', presents: 'certificate', ...change });
const broken = (code: string, detail: string): AnyFact => ({
  kind: 'kubelet-kubeconfig',
  target: 'self',
  subject: '',
  outcome: { status: 'failed', code, detail },
});
const GONE = `${PATH}: its client-certificate /var/lib/kubelet/pki/kubelet-client-current.pem: no such file`;

judgeTable(kubeletKubeconfig, [
  { row: 'no files of a node', facts: base(), expect: 'not-applicable' },
  { row: 'whole', facts: [atNode(), nodeProcess(), found()], expect: 'pass' },
  {
    row: 'with a program that makes the credential',
    facts: [atNode(), nodeProcess(), found({ presents: 'plugin', plugin: 'aws' })],
    expect: 'pass',
    says: /aws fetches its credential/,
  },
  {
    row: 'not ours to read',
    facts: [atNode(), nodeProcess(), broken('EACCES', `${PATH}: permission denied`)],
    expect: 'cannot-tell',
    says: /run as root/,
  },
  {
    row: 'its certificate is gone, and the kubelet still runs',
    facts: [atNode(), nodeProcess(), broken('ENOENT', GONE)],
    expect: { cause: 'kubelet-kubeconfig-broken', certainty: 'proven', severity: 'degrades' },
    witnesses: ['self/kubelet-kubeconfig'],
    says: /the kubelet cannot start again.*kubelet-client-current\.pem: no such file/,
  },
  {
    row: 'the same, and the kubelet is down',
    facts: [atNode(), nodeProcess({ state: 'gone', listening: [] }), broken('EYAML', `${PATH}:3: kind is Pod`)],
    expect: { cause: 'kubelet-kubeconfig-broken', severity: 'blocks' },
    witnesses: ['self/kubelet-kubeconfig'],
    says: /cannot log in to the apiserver/,
  },
  {
    row: 'others than root may change it',
    witnesses: ['self/kubelet-kubeconfig'],
    facts: [atNode(), nodeProcess(), broken('EOWNER', `${PATH}: may be written by everyone`)],
    expect: { cause: 'kubelet-kubeconfig-exposed', certainty: 'proven', severity: 'degrades' },
    says: /was not used: .*may be written by everyone.*chown root:root \/[\w./-]+kubelet\.conf\\n/,
  },
  {
    row: 'a directory above it',
    witnesses: ['self/kubelet-kubeconfig'],
    facts: [atNode(), nodeProcess(), broken('EOWNER', `${PATH}: /etc in its path belongs to user 1000, not to root`)],
    expect: { cause: 'kubelet-kubeconfig-exposed' },
    says: /chown root:root \/etc\\nchmod go-w \/etc"/,
  },
  {
    row: "in a pod's volume: to own it would not help",
    witnesses: ['self/kubelet-kubeconfig'],
    facts: [atNode(), nodeProcess(), broken('EOWNER', "/var/lib/kubelet/pods/1/x: is in a directory of pods' own files")],
    expect: { cause: 'kubelet-kubeconfig-exposed' },
    says: /namei -l \/var\/lib\/kubelet\/pods\/1\/x".*Start the kubelet with a kubeconfig outside/,
    neverSays: /chown/,
  },
  {
    row: 'said in words that we do not write: nothing of them in a command',
    witnesses: ['self/kubelet-kubeconfig'],
    facts: [atNode(), nodeProcess(), broken('EOWNER', '/x; reboot: may be written by everyone')],
    expect: { cause: 'kubelet-kubeconfig-exposed' },
    says: /chown root:root FILE/,
  },
]);
