/**
 * Is it a kubelet that answers, and does what it gives make sense? Judged by the shape of its answers; refusals count as answers here,
 * what they mean is for authentication and authorization to say.
 */
import { defineCheck, type Evidence, type Fix, type Message } from '../../model/check.js';
import type { Fact } from '../../model/facts.js';
import { askFromNode, nodeName } from '../shared/address.js';
import { cite } from '../shared/cite.js';
import { KUBELET_LOG, KUBELET_SETTINGS } from '../shared/distributions.js';
import { agentsCandidate, agentsEndpoint, KUBELET_PATHS, type KubeletPath } from '../shared/kubelet.js';
import { answered, isAuthenticated, isOk, isServerFault, isTimeout, REQUIRED_PATHS } from '../shared/kubelet-answers.js';
import { isThisNode } from '../shared/on-node.js';
import { answers, failure, isPending, seen, took } from '../shared/read.js';

export const kubeletPayload = defineCheck({
  question: 'kubelet-payload',
  asks: 'Is it a kubelet that answers, and are its answers in order?',
  target: 'kubelet',
  layer: 'payload',
  required: true,
  needs: [
    'kubelet/candidates',
    'kubelet/http',
    'kubelet/proxied',
    'kubelet/tcp',
    'kubelet/second-sight',
    'self/place',
    'self/settings',
    'self/kubelet-process',
    'apiserver/node',
  ],
  words: {
    open: 'by what it gives to anyone: no credential was sent',
    otherApi: '{endpoint} is not a kubelet: a Kubernetes API server answers there, such as metrics-server, which listens on 10250, too',
    proxy: '{endpoint} is not a kubelet: a proxy or web server answers there',
    unknown: '{endpoint} is not a kubelet: nothing in its answers is what a kubelet says',
    unhealthy: 'The kubelet at {endpoint} reports itself unhealthy: {failing}',
    fails: 'The kubelet lets the agent read {path} and then fails: {status} {body}',
    hangs: 'The kubelet lets the agent in, but does not answer {path} within {ms} ms',
    debugOff: 'The kubelet at {endpoint} has its debug endpoints turned off: no /configz, no container logs through the API',
    nothing: 'no answer of the kubelet to look at',
    proxied: "by its answers through the apiserver's node proxy; its port is not reached from here",
    byHealthz: 'a kubelet answers (401 without a credential), and its own health port on this node says {said}',
    waiting: 'the kubelet has not answered yet',
    withheld: "nothing to look at: no credential was sent, the kubelet's certificate is not verified",
    refused: 'the kubelet let us read nothing',
    saw: '{status} {body}',
    sawNothing: 'no answer within {ms} ms',
    dialNode: "Dial the node's own address: set DD_KUBERNETES_KUBELET_HOST from status.hostIP in the agent's manifest",
    log: "Read the kubelet's log on that node; it names the failing part (container runtime, disk, cgroups)",
    restart: 'Then restart the kubelet. Containers go on running meanwhile',
    enable: 'Turn the debug endpoints on again and restart the kubelet, or do without what they give',
  },
  causes: {
    'not-a-kubelet': {
      title: 'not a kubelet',
      means: 'Something accepts connections at that address and port, but it is not the kubelet.',
      happens:
        'metrics-server listens on 10250, too, and answers with JSON `Status` objects; a proxy or load balancer answers in HTML; the host setting points at a pod, a service or a gateway instead of the node.',
      confirm: '`curl -sk https://HOST:10250/pods`: a kubelet says `Unauthorized` or `Forbidden (user=…` in plain text.',
      fix: 'Set the kubelet host from `status.hostIP`. Granting rights for what the JSON refusal names does not help.',
      avoid: 'Do not grant rights for what the JSON refusal names: it is another server’s.',
      explainedBy: ['proxy-captures-kubelet', 'kubelet-host-not-a-node'],
    },
    'kubelet-unhealthy': {
      title: 'kubelet reports itself unhealthy',
      means:
        '/healthz answers 500 and names the part that failed: `syncloop` (pods are no longer looked after), `log`, `ping`, `device-plugin`.',
      happens: 'The container runtime hangs, the disk is full or slow, or the node is overloaded.',
      distributions: KUBELET_LOG,
      confirm:
        'From the apiserver’s side with the details; and on the node its own port:\n\n    kubectl get --raw "/api/v1/nodes/NODE/proxy/healthz?verbose"\n    curl -sS http://127.0.0.1:10248/healthz',
      fix: "Look at the kubelet's log and at the container runtime first (`crictl info`); restart the kubelet when the cause is mended.",
      avoid: 'Do not restart the kubelet in a loop: while the runtime hangs it comes back unhealthy.',
      explainedBy: ['kubelet-hangs', 'container-runtime-down'],
    },
    'kubelet-endpoint-fails': {
      title: 'kubelet endpoint fails',
      means:
        'The agent may read the path, and the kubelet has trouble of its own to answer: 5xx, or nothing in time. Rights are not the matter.',
      happens:
        'The container runtime does not answer, cAdvisor cannot read cgroups or a file system (`failed to get rootFs info`), many pods on a slow node.',
      distributions: KUBELET_LOG,
      confirm: '`kubectl get --raw /api/v1/nodes/NODE/proxy/stats/summary` fails in the same words.',
      fix: "Read the kubelet's log for the same words; check the container runtime with `crictl stats`. Longer timeouts help only where it is slow.",
      avoid: 'Do not add rights: the request was allowed, and failed after that.',
      explainedBy: ['kubelet-hangs', 'container-runtime-down'],
    },
    'kubelet-debug-handlers-off': {
      title: 'kubelet debug endpoints turned off',
      means: 'Debug endpoints answer 405 `Debug endpoints are disabled.` and /configz is 404, while /pods, metrics and statistics work.',
      happens: '`enableDebuggingHandlers: false`, a hardening that some images bring.',
      distributions: KUBELET_SETTINGS,
      confirm: '`curl -sk https://NODE:10250/configz` is 404 even without a credential.',
      fix: 'Without them kubectl logs and exec do not work on that node either. Turn them on, or accept the loss: the agent needs them only for the kubelet configuration in the orchestrator explorer and for logs read through the API.',
      avoid: 'Do not open the read-only port in their place: it serves none of them, and asks nobody who he is.',
    },
  },
  judge(view, say) {
    const endpoint = agentsEndpoint(view.one('kubelet/candidates')) ?? '';
    const place = seen(view.one('self/place'));
    const direct = view.all('kubelet/http');
    const proxied = view.all('kubelet/proxied');
    const afar = place?.place === 'workstation' && !direct.some((f) => seen(f));
    const http: Fact<'http' | 'proxied'>[] = afar ? proxied : direct;
    const heard = http.filter((f) => seen(f));
    const credited = http.filter((f) => !f.subject.startsWith('nobody '));
    // What is given to anyone is an answer, where nothing else was sent that could bring one.
    const isOpen = heard.some((f) => answered(f, (a) => a.as === 'nobody' && isOk(a)));
    const mine = isOpen && !credited.some((f) => seen(f) || isPending(f)) ? http : credited;

    if (heard.length > 0 && !heard.some((f) => answered(f, () => true))) {
      const voice = seen(heard[0]!)?.voice;
      return {
        kind: 'problem',
        cause: 'not-a-kubelet',
        severity: 'blocks',
        certainty: 'proven',
        title: say(voice === 'proxy' ? 'proxy' : voice === 'unknown' ? 'unknown' : 'otherApi', { endpoint }),
        features: Object.values(KUBELET_PATHS),
        evidence: heard.slice(0, 2).map(quote),
        fixes: [{ owner: 'agent', changes: 'config', action: say('dialNode'), steps: FROM_HOST_IP, verify: 'kubelet-doctor' }],
      };
    }

    const entered = answers(mine).some(isAuthenticated);
    const failing = mine.filter((f) => answered(f, isServerFault) || (entered && isTimeout(f)));
    const health = failing.find((f) => pathOf(f) === '/healthz' && failedParts(f).length > 0);
    const first = health ?? failing[0];
    if (first) {
      const paths = failing.filter((f) => f !== health).map(pathOf);
      const features = [...new Set(paths)].map((path) => KUBELET_PATHS[path] ?? path);
      const common = {
        severity: paths.some((path) => REQUIRED_PATHS.has(path)) ? 'blocks' : 'degrades',
        certainty: 'proven',
        features,
      } as const;
      const shared = { ...common, kind: 'problem', evidence: failing.map(quote), fixes: onNode(say('log'), say('restart')) } as const;
      if (health)
        return { ...shared, cause: 'kubelet-unhealthy', title: say('unhealthy', { endpoint, failing: failedParts(health).join(', ') }) };
      const [answer, path] = [seen(first), pathOf(first)];
      const title = answer
        ? say('fails', { path, status: answer.status, body: answer.body })
        : say('hangs', { path, ms: took(first.outcome) ?? 0 });
      return { ...shared, cause: 'kubelet-endpoint-fails', title };
    }

    const read = mine.filter((f) => answered(f, isOk));
    const disabled =
      mine.find((f) => answered(f, (a) => a.status === 405 && /endpoints? (are|is) disabled/.test(a.body))) ??
      (read.some((f) => pathOf(f) === '/pods')
        ? mine.find((f) => pathOf(f) === '/configz' && answered(f, (a) => a.status === 404))
        : undefined);
    if (disabled)
      return {
        kind: 'problem',
        cause: 'kubelet-debug-handlers-off',
        severity: 'degrades',
        certainty: 'proven',
        title: say('debugOff', { endpoint }),
        features: [KUBELET_PATHS['/configz']],
        evidence: [quote(disabled)],
        fixes: [
          {
            owner: 'node',
            changes: 'restart',
            action: say('enable'),
            steps: 'enableDebuggingHandlers: true',
            form: 'kubelet-config',
            verify: 'kubelet-doctor',
          },
        ],
      };
    if (read.length > 0 && mine !== credited) return { kind: 'pass', note: say('open') };
    if (read.length > 0) return { kind: 'pass', ...(afar ? { note: say('proxied') } : {}) };
    if (mine.some(isPending)) return { kind: 'cannot-tell', why: say('waiting'), wants: [] };
    if (mine.some((f) => seen(f))) return { kind: 'not-applicable', why: say('refused') };
    // At the node itself nothing need be sent: that a kubelet refuses nobody's request shows it, and its health port how it is.
    const refusesNobody = heard.some((f) => answered(f, (a) => a.as === 'nobody' && (a.status === 401 || a.status === 403)));
    if (
      mine.length === 0 &&
      refusesNobody &&
      isThisNode(seen(view.one('self/kubelet-process')), place, agentsCandidate(view.one('kubelet/candidates')))
    ) {
      const sight = seen(view.one('kubelet/second-sight', 'local-healthz'));
      if (sight?.kubelet === 'answers' && sight.status === 200)
        return { kind: 'pass', note: say('byHealthz', { said: sight.said || 'ok' }) };
      if (!sight)
        return {
          kind: 'cannot-tell',
          why: say('nothing'),
          wants: [{ need: 'kubelet/second-sight', subject: 'local-healthz', elsewhere: 'curl -sS http://127.0.0.1:10248/healthz' }],
        };
    }
    const withheld = mine.some((f) => f.outcome.status === 'absent' && f.outcome.why === 'withheld');
    if (afar && view.all('kubelet/tcp').some((f) => failure(f) !== undefined)) {
      const name = nodeName(view.one('self/settings'), view.one('apiserver/node'));
      return { kind: 'cannot-tell', why: say('nothing'), wants: [{ need: 'kubelet/proxied', elsewhere: askFromNode(name) }] };
    }
    return withheld ? { kind: 'not-applicable', why: say('withheld') } : { kind: 'cannot-tell', why: say('nothing'), wants: [] };

    function quote(f: Fact<'http' | 'proxied'>): Evidence {
      const answer = seen(f);
      const saw = answer ? say('saw', { status: answer.status, body: answer.body }) : say('sawNothing', { ms: took(f.outcome) ?? 0 });
      return cite(f, saw);
    }
  },
});

function pathOf(f: Fact<'http' | 'proxied'>): KubeletPath {
  return f.subject.slice(f.subject.indexOf('/')) as KubeletPath;
}

/** `[-]syncloop failed: reason withheld` → `syncloop`. */
function failedParts(f: Fact<'http' | 'proxied'>): string[] {
  return [...(seen(f)?.body ?? '').matchAll(/\[-\]([\w-]+) failed/g)].map(([, name]) => name!);
}

const FROM_HOST_IP = [
  'env:',
  '  - name: DD_KUBERNETES_KUBELET_HOST',
  '    valueFrom:',
  '      fieldRef:',
  '        fieldPath: status.hostIP',
].join('\n');

function onNode(look: Message, restart: Message): Fix[] {
  const steps = "journalctl -u kubelet --since -15min | grep -E ': [EF][0-9]{4} '";
  return [
    { owner: 'node', changes: 'nothing', action: look, steps, form: 'shell', verify: 'kubelet-doctor' },
    { owner: 'node', changes: 'restart', action: restart, steps: 'systemctl restart kubelet', form: 'shell', verify: 'kubelet-doctor' },
  ];
}
