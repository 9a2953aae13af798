/**
 * Is the kubelet's read-only port open? It gives pods and metrics to anyone who asks. Asked once, where the agent runs, without a credential;
 * that it is closed is only worth a word where the agent, which tries it last, has 10250 refused and shows this error of the two.
 */

import { endpointOf, shellQuote } from '../../kubernetes/names.js';
import { defineCheck } from '../../model/check.js';
import { cite } from '../shared/cite.js';
import { given } from '../shared/decide.js';
import { env, fixBy, orBy } from '../shared/fix.js';
import { agentsCandidate, plainWay, portFound, settingOf } from '../shared/kubelet.js';
import { kubeletConfig } from '../shared/kubelet-fixes.js';
import { knownConfig } from '../shared/on-node.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords, twoWitnesses } from '../shared/proof.js';
import { answers, failure, seen, subjectOf } from '../shared/read.js';

/** What keeps the agent from 10250, and so makes it try the read-only port. */
const BEFORE_IT = [
  'kubelet-down',
  'kubelet-connect-timeout',
  'kubelet-connection-refused',
  'kubelet-rejected-by-firewall',
  'kubelet-no-route',
  'node-address-dead',
  'kubelet-port-differs',
  'kubelet-server-disabled',
  'kubelet-host-not-a-node',
  'kubelet-connection-reset',
  'kubelet-hangs',
  'kubelet-certificate-pending',
  'kubelet-certificate-self-signed',
  'kubelet-certificate-unknown-authority',
  'kubelet-certificate-name-mismatch',
  'kubelet-certificate-without-san',
  'kubelet-certificate-expired',
  'kubelet-certificate-not-yet-valid',
] as const;

export const readOnlyPort = defineCheck({
  question: 'read-only-port',
  asks: "Is the kubelet's read-only port closed?",
  target: 'kubelet',
  layer: 'tcp',
  required: false,
  needs: [
    'kubelet/second-sight',
    'kubelet/candidates',
    'kubelet/tcp',
    'kubelet/tls',
    'kubelet/http',
    'self/place',
    'self/settings',
    'self/kubelet-process',
    'self/kubelet-config',
  ],
  words: {
    open: "The kubelet's read-only port {endpoint} is open to anyone",
    closed: 'The closed read-only port {endpoint} is not the fault',
    openHere: "The kubelet's read-only port {port} is open to anyone",
    sawConfig: 'readOnlyPort: {port} ({origin}); it listens on {address}',
    notHere: 'checked only where the agent runs',
    notUsed: 'the agent does not use a read-only port',
    waiting: 'no answer from the read-only port yet',
    sawAnswer: 'GET /healthz without a credential: {status} {said}',
    sawBefore: 'at {at}: {code}',
    sawRefusal: '{endpoint}: {said}; the agent tries it after 10250 has failed',
    fixClose: "Set readOnlyPort to 0 in the kubelet's configuration",
    fixCloseThen: "Then set readOnlyPort to 0 in the kubelet's configuration",
    fixAgent: 'Stop the agent from using the read-only port first',
  },
  causes: {
    'read-only-port-open': {
      title: 'open read-only port of the kubelet',
      means:
        'Port 10255 serves /pods, /metrics and /stats/summary in plain HTTP to anyone who reaches the node: names, images, environment values and addresses of every pod on it. It has neither authentication nor authorization.',
      happens:
        "`readOnlyPort: 10255` in the kubelet's configuration, or `--read-only-port` (the flag's default; a configuration file defaults to 0). GKE keeps it open on older clusters, kops and k3s by option.",
      distributions: {
        kubeadm: 'writes `readOnlyPort: 0`; if it is open, someone changed that.',
        // CVE-2025-46599: k3s-io/k3s#12164, rancher/rke2#8094.
        k3s: 'passes `read-only-port=0`; look for a `kubelet-arg`. 1.32.0 to 1.32.3 leave it open: upgrade, or set `kubelet-arg: [read-only-port=0]`. A `readOnlyPort: 0` in a drop-in has no effect there.',
        RKE2: 'as k3s: the first releases of 1.32 and 1.33 leave it open (rancher/rke2#8094).',
        GKE: 'off for new clusters from 1.32 on; move readers first, such as an agent set to 10255.',
        Talos: '`machine.kubelet.extraConfig.readOnlyPort`.',
      },
      confirm: 'This prints a PodList, from any pod of the cluster:\n\n    curl -sS http://NODE:10255/pods | head -c 200',
      fix: 'Move its readers to 10250 with a token first. Then set `readOnlyPort: 0` and restart the kubelet. On GKE, for auto-provisioned node pools: `--no-autoprovisioning-enable-insecure-kubelet-readonly-port`.',
      avoid: 'Do not rely on a NetworkPolicy to hide it: pods in the host network and other machines can still read it.',
    },
    'read-only-port-closed': {
      title: "closed read-only port in the agent's log",
      means:
        "`dial tcp NODE:10255: connect: connection refused` in the agent's log is a by-product: the agent tries HTTPS on 10250, and plain HTTP on 10255 after that has failed. Port 10255 is closed on every modern kubelet, without encryption or permissions.",
      happens: 'Something keeps the agent from 10250. Its last error is about 10255, so that one is read.',
      confirm:
        'Read what happened on 10250 in the lines before it, or in the finding above this one:\n\n    kubectl -n NAMESPACE logs POD -c agent | grep -B5 10255',
      fix: 'Fix 10250; port 10255 needs no change. The message then stops.',
      avoid: 'Do not open the read-only port to make the message go away: it answers anyone, and 10250 stays broken.',
      explainedBy: BEFORE_IT,
    },
  },
  judge(view, say) {
    const settings = view.one('self/settings');
    const place = seen(view.one('self/place'));
    const candidate = agentsCandidate(view.one('kubelet/candidates'));
    const processFact = view.one('self/kubelet-process');
    const configFact = view.one('self/kubelet-config');
    const config = knownConfig(configFact, processFact, place, candidate);
    const configured = config?.values.readOnlyPort ?? 0;
    const socket = config && configured > 0 ? seen(processFact)?.listening?.find((at) => at.port === configured) : undefined;
    if (config && socket) {
      const origin = config.origin('readOnlyPort');
      return problem('read-only-port-open', {
        proof: inTheirWords(configFact, processFact),
        severity: 'risk',
        title: say('openHere', { port: configured }),
        evidence: [config.cite(say('sawConfig', { port: configured, origin, address: socket.address }))],
        fixes: [kubeletConfig(say('fixClose'), { readOnlyPort: 0 }, config)],
      });
    }
    const port = Number(settingOf(settings, 'kubelet.httpPort')?.value ?? 0);
    const alone = plainWay(settings);
    if (!place?.agentEnvironment || (candidate?.origin !== 'setting' && !alone)) return notApplicable(say('notHere'));
    if (port === 0) return notApplicable(say('notUsed'));
    const endpoint = alone?.endpoint ?? endpointOf(given(candidate).host, port);
    const fact = view.one('kubelet/second-sight', 'read-only-port');
    const sight = seen(fact);
    if (!sight) {
      const elsewhere = `curl -sS -m 4 ${shellQuote(`http://${endpoint}/healthz`)}`;
      return cannotTell(say('waiting'), [{ need: 'kubelet/second-sight', subject: 'read-only-port', elsewhere }]);
    }
    // Another server may live on that port: a kubelet says `ok`, or which of its checks failed.
    if (sight.status === 200 ? /^ok\b/.test(sight.said) : /healthz check failed/.test(sight.said))
      return problem('read-only-port-open', {
        proof: inTheirWords(fact),
        severity: 'risk',
        title: say('open', { endpoint }),
        evidence: [cite(fact, say('sawAnswer', { status: sight.status, said: sight.said }))],
        fixes: alone
          ? // Closed first, it would leave the agent without a kubelet.
            [
              fixBy(
                'agent',
                'config',
                say('fixAgent'),
                env({ DD_KUBERNETES_HTTPS_KUBELET_PORT: portFound(view.one('kubelet/candidates')) }),
              ),
              kubeletConfig(say('fixCloseThen'), { readOnlyPort: 0 }, config),
            ]
          : [
              kubeletConfig(say('fixClose'), { readOnlyPort: 0 }, config),
              orBy('agent', 'config', say('fixAgent'), env({ DD_KUBERNETES_HTTP_KUBELET_PORT: 0 })),
            ],
      });
    // All that is left to the agent, and closed: question kubelet-address says so.
    if (alone || !candidate) return pass(fact);
    const at = subjectOf(candidate);
    const read = answers(view.all('kubelet/http')).some((a) => a.status < 400);
    const tls = view.one('kubelet/tls', at);
    const failed = [view.one('kubelet/tcp', at), tls].find((f) => failure(f) !== undefined);
    const before = failed ?? (seen(tls)?.verification.ok === false ? tls : undefined);
    if (read || sight.kubelet !== 'refused' || !before) return pass(fact);
    return problem('read-only-port-closed', {
      proof: twoWitnesses(fact, before),
      severity: 'note',
      title: say('closed', { endpoint }),
      evidence: [
        cite(fact, say('sawRefusal', { endpoint, said: sight.said })),
        cite(before, say('sawBefore', { at, code: failure(before) ?? seen(tls)?.verification.code ?? 'not verified' })),
      ],
      fixes: [],
    });
  },
});
