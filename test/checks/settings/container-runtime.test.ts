import { containerRuntime } from '../../../src/checks/settings/container-runtime.js';
import type { AnyFact, RuntimeSocket } from '../../../src/model/facts.js';
import { atNode, base, fact } from '../facts.js';
import { nodeProcess } from '../node-facts.js';
import { judgeTable } from '../table.js';

const here = [atNode(), nodeProcess()];
const socket = (state: RuntimeSocket['state'], endpoint = 'unix:///run/containerd/containerd.sock'): AnyFact =>
  fact('self/runtime-socket', { endpoint, source: '/var/lib/kubelet/config.yaml:9', state });

judgeTable(containerRuntime, [
  { row: 'no files of a node', facts: base(), expect: 'not-applicable' },
  {
    row: 'the files of another node than the one that is asked about',
    facts: [...base(), nodeProcess({ local: ['n2'] }), socket('refused')],
    expect: 'not-applicable',
  },
  {
    row: 'too busy to hear it: not the runtime',
    facts: [...here, { target: 'self', kind: 'runtime-socket', subject: '', outcome: { status: 'absent', why: 'busy' } }],
    expect: 'cannot-tell',
  },
  { row: 'answers', facts: [...here, socket('answers')], expect: 'pass' },
  { row: 'not ours to connect to', facts: [...here, socket('denied')], expect: 'cannot-tell', says: /run as root/ },
  { row: 'a socket of another kind', facts: [...here, socket('other', 'tcp://10.0.0.1:1234')], expect: 'not-applicable' },
  {
    row: 'nobody listens',
    facts: [...here, socket('refused')],
    expect: { cause: 'container-runtime-down', certainty: 'proven', severity: 'degrades' },
    witnesses: ['self/runtime-socket'],
    says: /config\.yaml:9.*systemctl status containerd/,
  },
  {
    row: 'it accepts and answers nothing: frozen',
    witnesses: ['self/runtime-socket'],
    facts: [...here, socket('silent')],
    expect: { cause: 'container-runtime-down', certainty: 'proven', severity: 'degrades' },
    says: /accepts connections but does not answer.*: silent/,
  },
  {
    row: 'the kubelet looks at a socket that is not there',
    facts: [...here, socket('missing', 'unix:///var/run/cri-dockerd.sock')],
    expect: { cause: 'container-runtime-down', severity: 'degrades' },
    witnesses: ['self/runtime-socket'],
    says: /no socket.*journalctl -u cri-docker.*containerRuntimeEndpoint: unix/,
  },
  {
    row: 'that of k3s and RKE2: which service it is, is seen on the node',
    facts: [...here, socket('refused', 'unix:///run/k3s/containerd/containerd.sock')],
    expect: { cause: 'container-runtime-down' },
    witnesses: ['self/runtime-socket'],
    says: /list-units --all 'k3s\*' 'rke2-\*'/,
    neverSays: /restart k3s/,
  },
  {
    row: 'a runtime nobody has heard of',
    facts: [...here, socket('refused', 'unix:///opt/box.sock')],
    expect: { cause: 'container-runtime-down' },
    witnesses: ['self/runtime-socket'],
    says: /which runtime stopped/,
  },
]);
