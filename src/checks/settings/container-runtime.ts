/** Does the container runtime of this node answer its kubelet? Asked where the node's files are at hand: without it a kubelet looks after no pods. */
import { defineCheck, type Fix, type Message } from '../../model/check.js';
import { cite } from '../shared/cite.js';
import { byHand, fixBy } from '../shared/fix.js';
import { agentsCandidate } from '../shared/kubelet.js';
import { isThisNode } from '../shared/on-node.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { seen } from '../shared/read.js';

/** By what stands in the socket's path: the service that listens there. */
const SERVICES: [RegExp, string][] = [
  [/\/microk8s\//, 'snap.microk8s.daemon-containerd'],
  [/crio/, 'crio'],
  [/cri-dockerd/, 'cri-docker'],
  [/containerd/, 'containerd'],
];

export const containerRuntime = defineCheck({
  question: 'container-runtime',
  asks: "Does this node's container runtime answer its kubelet?",
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/runtime-socket', 'self/kubelet-process', 'self/place', 'kubelet/candidates'],
  words: {
    refused: 'The container runtime of this node is down: its socket refuses connections',
    silent: 'The container runtime accepts connections but does not answer',
    missing: 'The container runtime has no socket where the kubelet looks for it',
    notHeard: 'this machine was too busy to hear the container runtime',
    notLooked: "the node's files cannot be read from here",
    elsewhere: 'the checked kubelet runs on another machine',
    denied: 'this user may not connect to {endpoint}; run as root',
    other: '{endpoint} is not a socket on this machine',
    sawState: '{endpoint} ({source}): {state}',
    look: 'Find out why {service} stopped, then start it',
    lookAny: 'Find out which runtime stopped and why, then start it',
    lookSupervisor: 'Find out why the service of k3s or RKE2 stopped, then start it',
    point: 'If its socket is elsewhere, set containerRuntimeEndpoint',
  },
  causes: {
    'container-runtime-down': {
      title: 'container runtime not answering',
      means:
        'The kubelet talks to containerd or CRI-O through a socket, and nothing listens there or what listens does not answer. Running pods keep running, but none is started, stopped or watched. After some minutes /healthz fails and the node becomes NotReady.',
      happens:
        'The runtime crashed or did not start (a bad configuration after an upgrade, a full disk), or it hangs. Or the kubelet is configured with a different socket, for example after a move from Docker to containerd.',
      distributions: {
        k3s: 'containerd is part of the service: `journalctl -u k3s` or `k3s-agent`; the socket is `/run/k3s/containerd/containerd.sock`.',
        RKE2: 'containerd is part of `rke2-server` or `rke2-agent`; the socket is that of k3s.',
        microk8s: '`snap.microk8s.daemon-containerd`; the socket is `/var/snap/microk8s/common/run/containerd.sock`.',
        OpenShift: 'CRI-O: `/var/run/crio/crio.sock`.',
        Bottlerocket: "containerd of the host: `/run/containerd/containerd.sock`; the only shell is the admin container's.",
      },
      confirm:
        'On the node; the second command shows the socket that the kubelet uses:\n\n    crictl --runtime-endpoint unix:///run/containerd/containerd.sock info\n    pgrep -xa kubelet; grep -i runtimeEndpoint /var/lib/kubelet/config.yaml',
      fix: "Read the runtime's log, fix what it names, then start it. The kubelet reconnects without a restart. If you change containerRuntimeEndpoint, restart the kubelet.",
      avoid:
        'Do not keep restarting the kubelet: it waits for the runtime, and a restart only costs time. Do not reboot before you have read the log.',
    },
  },
  judge(view, say) {
    const fact = view.one('self/runtime-socket');
    const socket = seen(fact);
    if (fact.outcome.status === 'absent' && fact.outcome.why === 'busy') return cannotTell(say('notHeard'));
    if (!socket) return notApplicable(say('notLooked'));
    const candidate = agentsCandidate(view.one('kubelet/candidates'));
    if (!isThisNode(seen(view.one('self/kubelet-process')), seen(view.one('self/place')), candidate))
      return notApplicable(say('elsewhere'));
    const { endpoint, source, state } = socket;
    if (state === 'answers') return pass(fact);
    if (state === 'denied') return cannotTell(say('denied', { endpoint }));
    if (state === 'other') return notApplicable(say('other', { endpoint }));
    return problem('container-runtime-down', {
      // A socket of this machine: who listens at it is the kernel's own word.
      proof: inTheirWords(fact),
      severity: 'degrades',
      title: say(state),
      features: ['container images, states and events'],
      evidence: [cite(fact, say('sawState', { endpoint, source, state }))],
      fixes: [look(endpoint), ...(state === 'missing' ? [fixBy('node', 'restart', say('point'), byHand(POINT))] : [])],
    });

    function look(at: string): Fix {
      if (/\/k3s\//.test(at)) return fixBy('node', 'restart', say('lookSupervisor'), byHand(SUPERVISOR));
      const service = SERVICES.find(([path]) => path.test(at))?.[1];
      const action: Message = service ? say('look', { service }) : say('lookAny');
      const name = service ?? 'containerd';
      const steps = `systemctl status ${name} --no-pager\njournalctl -u ${name} -n 50 --no-pager\nsystemctl restart ${name}`;
      return fixBy('node', 'restart', action, byHand(steps));
    }
  },
});

/** k3s and RKE2 run containerd inside their own service, at the same socket (RKE2 bundle/lib/systemd); servers and agents have one each. */
const SUPERVISOR = [
  "systemctl list-units --all 'k3s*' 'rke2-*'",
  "journalctl -u 'k3s*' -u 'rke2-*' -n 50 --no-pager",
  'systemctl restart UNIT   # the one that is listed: k3s, k3s-agent, rke2-server or rke2-agent',
].join('\n');
const POINT = 'containerRuntimeEndpoint: unix:///run/containerd/containerd.sock';
