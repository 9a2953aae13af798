/** Is it an apiserver that answers, is it well, and is it new enough? A reached server is not yet an answering one. */
import { defineCheck, type Evidence, type Fix, type Message, type Problem } from '../model/check.js';
import type { HttpAnswer, ServerVersion } from '../model/facts.js';
import { apiserverFeatures, ownerHere } from './support/apiserver.js';
import { fixBy, shell } from './support/fix.js';
import { agentsEndpoint } from './support/kubelet.js';
import { failure, seen } from './support/read.js';

const READYZ = 'kubectl get --raw "/readyz?verbose"';
/** Without an answer to these, nothing works; another question that hangs is that question's own affair. */
const ESSENTIAL = /\/(version|readyz[^\s/]*|selfsubjectreviews)$/;
const logOf = (component: string) =>
  `crictl ps -a --name ${component}\ncrictl logs --tail 50 "$(crictl ps -a -q --name ${component} | head -n 1)"`;

export const apiserverAnswers = defineCheck({
  question: 'apiserver-answers',
  asks: 'Does an apiserver answer, is it ready, and new enough for the agent?',
  target: 'apiserver',
  layer: 'payload',
  required: true,
  needs: [
    'apiserver/candidates',
    'apiserver/http',
    'apiserver/version',
    'apiserver/readiness',
    'apiserver/identity',
    'self/settings',
    'self/place',
  ],
  words: {
    notReady: 'The apiserver at {endpoint} is not ready: {failing}',
    hangs: 'The apiserver at {endpoint} accepts connections but does not answer {request} ({code})',
    throttles: 'The apiserver at {endpoint} turns requests away (429): it has too many to serve',
    kubelet: 'What answers at {endpoint} is a kubelet, not an apiserver',
    proxy: 'A proxy answers at {endpoint} instead of the apiserver: status {status}',
    stranger: 'What answers at {endpoint} does not speak like an apiserver: status {status}',
    tooOld: 'Kubernetes {version} is too old for Agent 6 and later, which need more than 1.7.6',
    noAnswer: 'the apiserver was not asked anything',
    sawAnswer: '{request}: status {status}, {voice} speaking: {body}',
    sawSilence: '{request}: {code}',
    sawReadiness: '/readyz?verbose: failing {failing}',
    sawRetry: '{request}: status 429, try again in {seconds} s',
    sawVersion: '/version: {version}',
    fixEtcd: 'Look at etcd first, on a control-plane node: without it the apiserver serves nothing',
    fixComponent: 'On the control-plane node read the log of the apiserver for the checks that fail',
    fixAsk: 'Ask again from a machine near the control plane, to tell a stuck apiserver from a stuck path',
    fixLoad: 'Find who asks so much: rejected requests by flow schema and priority level',
    fixShare: 'Give the agent a priority level of its own, or more seats to workload-low; fewer agents list at once with the Cluster Agent',
    fixAddress: 'Correct the apiserver address',
    fixNoProxy: 'Take {endpoint} out of the proxy (NO_PROXY), or correct what stands before the apiserver',
    fixBackend: 'Look at the load balancer or gateway in front: it answers for the apiserver, usually because no backend is healthy',
    fixUpgrade: 'Upgrade the cluster; until then Agent 5 is the one that works with it',
  },
  causes: {
    'apiserver-not-ready': {
      title: 'apiserver not ready',
      means: 'The apiserver is reached, and says itself that part of it fails; or it takes requests and never answers.',
      happens:
        'etcd has no leader, no space or no quorum; a start-up hook hangs; it is shutting down; an admission or authentication webhook blocks it.',
      confirm: '`kubectl get --raw "/readyz?verbose"` lists each check with [+] or [-]. Names are public, reasons are only in its log.',
      fix: 'By the name that fails: `etcd` and `etcd-readiness` are etcd; `poststarthook/…` and `informer-sync` the apiserver itself; `shutdown` passes.',
      avoid: 'Do not restart every apiserver at once: the ones that still serve are taken away, and etcd’s fault stays.',
    },
    'apiserver-throttles': {
      title: 'apiserver turns requests away (429)',
      means: 'Priority and fairness rejected the request: the queue of its priority level is full. Retry-After says when to come back.',
      happens: 'Something lists in a loop, or many agents start at once. ServiceAccounts share the level `workload-low`.',
      confirm:
        'It grows for the level that is full:\n\n    kubectl get --raw /metrics |\n      grep apiserver_flowcontrol_rejected_requests_total',
      fix: 'Stop who asks too much; then a FlowSchema of its own for the agent. More apiservers only move the limit.',
      avoid:
        'Do not put the agent into the level `exempt`, and do not turn priority and fairness off: one loop then takes the whole apiserver down.',
    },
    'not-an-apiserver': {
      title: 'another server answers instead of the apiserver',
      means: 'The answer is neither a Kubernetes object nor carries the marks of an apiserver (Audit-Id, X-Kubernetes-PF-*).',
      happens:
        'A proxy or load balancer answers for it (503 without a healthy backend), a kubelet port was given, or the address belongs to something else.',
      confirm: '`curl -ki https://HOST:PORT/version`: an apiserver answers JSON with `gitVersion`, or a `Status`.',
      fix: 'Correct the address, or what stands before it.',
      avoid: 'Do not turn verification off to see further: the token would go to the stranger.',
      explainedBy: ['proxy-captures-apiserver'],
    },
    'kubernetes-too-old': {
      title: 'Kubernetes 1.7.6 or older',
      means: 'Agent 6 and later are made for Kubernetes above 1.7.6: older clusters lack API versions they ask for.',
      happens: 'A cluster that was never upgraded.',
      confirm: '`kubectl version` prints the server’s version.',
      fix: 'Upgrade. No Kubernetes of that age gets security fixes.',
    },
  },
  judge(view, say) {
    const endpoint = agentsEndpoint(view.one('apiserver/candidates')) ?? 'unknown';
    const here = ownerHere(seen(view.one('self/place')));
    // What goes through the node proxy is the kubelet's answer, or its silence.
    const http = view.all('apiserver/http').filter(({ subject }) => !subject.includes('/proxy/'));
    const readiness = view.one('apiserver/readiness');
    const version = seen(view.one('apiserver/version'));
    const known = seen(view.one('apiserver/identity')) !== undefined;
    const heard = http.flatMap((fact) => {
      const answer = seen(fact);
      return answer ? [{ fact, answer }] : [];
    });
    const sawAnswer = ({ fact, answer }: (typeof heard)[number]): Evidence => ({
      need: 'apiserver/http',
      subject: fact.subject,
      saw: say('sawAnswer', {
        request: fact.subject,
        status: answer.status,
        voice: answer.voice,
        body: answer.body.slice(0, 120) || 'nothing',
      }),
      reproduce: fact.reproduce,
    });
    const problem = <C extends string>(cause: C, title: Message, evidence: Evidence, fixes: Fix[]): Problem<C> => ({
      kind: 'problem',
      cause,
      severity: 'blocks',
      certainty: 'proven',
      title,
      features: apiserverFeatures(view.one('self/settings')),
      evidence: [evidence],
      fixes,
    });

    if (version && isTooOld(version)) {
      const evidence: Evidence = { need: 'apiserver/version', subject: '', saw: say('sawVersion', { version: version.gitVersion }) };
      return problem('kubernetes-too-old', say('tooOld', { version: version.gitVersion }), evidence, [
        fixBy('cluster', 'restart', say('fixUpgrade'), { verify: 'kubectl version' }),
      ]);
    }
    const [first] = heard;
    if (first && !version && !known && !heard.some(({ answer }) => speaksKubernetes(answer))) {
      const { status, voice } = first.answer;
      if (voice === 'kubelet')
        return problem('not-an-apiserver', say('kubelet', { endpoint }), sawAnswer(first), [fixBy(here, 'config', say('fixAddress'))]);
      if (voice === 'proxy')
        return problem('not-an-apiserver', say('proxy', { endpoint, status }), sawAnswer(first), [
          fixBy(here, 'config', say('fixNoProxy', { endpoint })),
          fixBy('network', 'config', say('fixBackend')),
        ]);
      const other = problem('not-an-apiserver', say('stranger', { endpoint, status }), sawAnswer(first), [
        fixBy('network', 'config', say('fixBackend')),
        fixBy(here, 'config', say('fixAddress')),
      ]);
      // A 5xx in few words may be the apiserver's own, given before it knows how to say more.
      return status < 500
        ? other
        : {
            ...other,
            certainty: 'suspected',
            alternatives: ['apiserver-not-ready'],
            wants: [{ need: 'apiserver/readiness', elsewhere: READYZ }],
          };
    }
    const throttled = heard.find(({ answer }) => answer.status === 429);
    if (throttled) {
      const { fact, answer } = throttled;
      const saw = say('sawRetry', { request: fact.subject, seconds: answer.retryAfterSeconds ?? 1 });
      const evidence: Evidence = { need: 'apiserver/http', subject: fact.subject, saw, reproduce: fact.reproduce };
      const load = shell('kubectl get --raw /metrics | grep apiserver_flowcontrol_rejected_requests_total');
      const fixes = [fixBy('cluster', 'nothing', say('fixLoad'), load), fixBy('cluster', 'config', say('fixShare'))];
      return {
        ...problem('apiserver-throttles', say('throttles', { endpoint }), evidence, fixes),
        severity: known ? 'degrades' : 'blocks',
      };
    }
    const ready = seen(readiness);
    if (ready && !ready.ready) {
      const failing = ready.failing.slice(0, 5).join(', ') || 'it does not say what';
      const etcd = ready.failing.some((name) => name.startsWith('etcd'));
      const evidence: Evidence = {
        need: 'apiserver/readiness',
        subject: '',
        saw: say('sawReadiness', { failing }),
        reproduce: readiness.reproduce,
      };
      const fix = etcd
        ? fixBy('cluster', 'nothing', say('fixEtcd'), { ...shell(logOf('etcd')), verify: READYZ })
        : fixBy('cluster', 'nothing', say('fixComponent'), { ...shell(logOf('kube-apiserver')), verify: READYZ });
      const severity = known && !etcd ? 'degrades' : 'blocks';
      return { ...problem('apiserver-not-ready', say('notReady', { endpoint, failing }), evidence, [fix]), severity };
    }
    const silent = http.find((fact) => ESSENTIAL.test(fact.subject) && failure(fact));
    const code = silent && failure(silent);
    if (silent && code) {
      const request = silent.subject;
      const saw = say('sawSilence', { request, code });
      const evidence: Evidence = { need: 'apiserver/http', subject: request, saw, reproduce: silent.reproduce };
      const stuck = problem('apiserver-not-ready', say('hangs', { endpoint, request, code }), evidence, [
        fixBy('cluster', 'nothing', say('fixAsk'), shell(READYZ)),
        fixBy('cluster', 'nothing', say('fixComponent'), { ...shell(logOf('kube-apiserver')), verify: READYZ }),
      ]);
      return heard.length > 0
        ? { ...stuck, severity: known ? 'degrades' : 'blocks' }
        : {
            ...stuck,
            certainty: 'suspected',
            alternatives: ['not-an-apiserver'],
            wants: [{ need: 'apiserver/readiness', elsewhere: READYZ }],
          };
    }
    return first ? { kind: 'pass' } : { kind: 'cannot-tell', why: say('noAnswer'), wants: [] };
  },
});

function speaksKubernetes({ voice }: HttpAnswer): boolean {
  return voice === 'apiserver' || voice === 'kubernetes-api-other';
}

function isTooOld({ gitVersion, major, minor }: ServerVersion): boolean {
  const patch = Number(/^v?\d+\.\d+\.(\d+)/.exec(gitVersion)?.[1] ?? 0);
  return major === 1 && (minor < 7 || (minor === 7 && patch <= 6));
}
