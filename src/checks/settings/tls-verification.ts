/** Does the agent verify whom it gives its token to? A risk by its own settings, whatever works today; says what would let it be on. */

import { shellQuote } from '../../kubernetes/names.js';
import { defineCheck, type Fix, type Message } from '../../model/check.js';
import { cite } from '../shared/cite.js';
import { AGENT_KUBELET } from '../shared/distributions.js';
import { env, fixBy } from '../shared/fix.js';
import { agentsEndpoint, agentVerifies, settingOf } from '../shared/kubelet.js';
import { cannotTell, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { failure, seen } from '../shared/read.js';

export const tlsVerification = defineCheck({
  question: 'tls-verification',
  asks: "Does the agent verify the kubelet's certificate?",
  target: 'kubelet',
  layer: 'settings',
  required: false,
  needs: ['self/settings', 'kubelet/candidates', 'kubelet/tls'],
  words: {
    off: "The agent does not verify the kubelet's certificate: its token is at risk",
    noSettings: 'the settings have not been read',
    sawSetting: '{source} turns verification off',
    sawVerifies: 'the certificate at {endpoint} verifies with the CA in use',
    sawObstacle: 'the certificate at {endpoint} does not verify: {code}',
    sawFailure: 'no certificate from {endpoint}: {code}',
    fixOn: 'Turn verification on: the certificate already verifies',
    fixOnWithCa: 'Turn verification on, with the CA that verifies this certificate',
    fixTrust: 'Fix the CA first, then set DD_KUBELET_TLS_VERIFY=true',
    fixDates: 'Renew the certificate first, then set DD_KUBELET_TLS_VERIFY=true',
    fixName: 'Fix the host name first, then set DD_KUBELET_TLS_VERIFY=true',
    fixReach: 'Turn verification on once the kubelet answers',
  },
  causes: {
    'tls-verification-disabled': {
      title: 'kubelet certificate not verified by the agent',
      means:
        "With `kubelet_tls_verify: false` the agent sends its ServiceAccount token to any server at the kubelet's address. On a shared network that is enough to steal it: another machine that takes over the address, a proxy, a pod with hostNetwork.",
      happens:
        'It is the most common advice for x509 errors, and the documented setting for OpenShift and Rancher. It often stays long after the reason is gone.',
      distributions: AGENT_KUBELET,
      confirm:
        'In the container, and in the chart `datadog.kubelet.tlsVerify`:\n\n    kubectl -n NAMESPACE exec POD -c agent -- env | grep KUBELET_TLS_VERIFY',
      fix: 'First fix what is wrong with the certificate: its CA, its names or its dates. Its own finding in the report says which, and until the kubelet answers it cannot be known. Then set verification to true in every container. In the other order the agent loses the kubelet meanwhile.',
      avoid:
        'Do not leave verification off because the network is internal: a pod with hostNetwork or a machine that takes over the address is enough to collect the token. Do not turn it on before the certificate verifies: the agent would lose the kubelet.',
    },
  },
  judge(view, say) {
    const settings = view.one('self/settings');
    if (!seen(settings)) return cannotTell(say('noSettings'));
    if (agentVerifies(settings)) return pass(settings);
    const source = settingOf(settings, 'kubelet.tlsVerify')?.source || 'kubelet_tls_verify';
    const endpoint = agentsEndpoint(view.one('kubelet/candidates'));
    const tls = view.one('kubelet/tls', endpoint);
    const handshake = seen(tls);
    const code = failure(tls);
    const on = { DD_KUBELET_TLS_VERIFY: 'true' };
    const agents = (action: Message, more: Partial<Fix> = {}) => fixBy('agent', 'config', action, more);

    const fix = (): Fix => {
      if (!handshake) return agents(say('fixReach'));
      if (handshake.verification.ok) return agents(say('fixOn'), env(on));
      // In the order of the certificate's own question: who signed it, then dates, then names.
      const ca = handshake.trials.find((trial) => trial.verifies && !trial.inUse && trial.authority.startsWith('/'))?.authority;
      if (!handshake.trusted && ca && handshake.validNow && handshake.nameMatches)
        return agents(say('fixOnWithCa'), env({ DD_KUBELET_CLIENT_CA: shellQuote(ca), ...on }));
      if (!handshake.trusted) return agents(say('fixTrust'));
      return handshake.validNow ? agents(say('fixName')) : agents(say('fixDates'));
    };
    return problem('tls-verification-disabled', {
      proof: inTheirWords(settings),
      severity: 'risk',
      title: say('off'),
      evidence: [
        cite(settings, say('sawSetting', { source })),
        ...(endpoint && handshake
          ? [
              cite(
                tls,
                handshake.verification.ok
                  ? say('sawVerifies', { endpoint })
                  : say('sawObstacle', { endpoint, code: handshake.verification.code ?? 'unknown' }),
              ),
            ]
          : []),
        ...(endpoint && code ? [cite(tls, say('sawFailure', { endpoint, code }))] : []),
      ],
      fixes: [fix()],
    });
  },
});
