/** Does the agent verify whom it gives its token to? A risk by its own settings, whatever works today; says what would let it be on. */

import { shellQuote } from '../../kubernetes/names.js';
import { defineCheck, type Fix, type Message } from '../../model/check.js';
import { cite } from '../shared/cite.js';
import { AGENT_KUBELET } from '../shared/distributions.js';
import { env, fixBy } from '../shared/fix.js';
import { agentsEndpoint, agentVerifies, settingOf } from '../shared/kubelet.js';
import { cannotTell, pass, problem } from '../shared/problem.js';
import { failure, seen } from '../shared/read.js';

export const tlsVerification = defineCheck({
  question: 'tls-verification',
  asks: "Does the agent verify the kubelet's certificate?",
  target: 'kubelet',
  layer: 'settings',
  required: false,
  needs: ['self/settings', 'kubelet/candidates', 'kubelet/tls'],
  words: {
    off: "The agent does not verify the kubelet's certificate ({source}): whoever answers in the kubelet's place receives its token",
    noSettings: 'the settings are not known',
    sawSetting: '{source} turns verification off',
    sawVerifies: 'the certificate at {endpoint} verifies with the CA in use',
    sawObstacle: 'the certificate at {endpoint} does not verify: {code}',
    sawFailure: 'no certificate seen at {endpoint}: {code}',
    fixOn: 'Turn verification on: the certificate verifies already',
    fixOnWithCa: 'Turn verification on, with the CA that verifies this certificate',
    fixTrust:
      'First the certificate: the CA in use does not verify it (question kubelet-certificate says why and what to do). Then set DD_KUBELET_TLS_VERIFY=true',
    fixDates: 'First the certificate: it is not valid now (question kubelet-certificate). Then set DD_KUBELET_TLS_VERIFY=true',
    fixName:
      'First the name: the certificate does not name the host that is dialled (question kubelet-certificate). Then set DD_KUBELET_TLS_VERIFY=true',
    fixReach: 'Turn verification on once the kubelet answers; until then what stands in its way cannot be seen',
  },
  causes: {
    'tls-verification-disabled': {
      title: 'the agent does not verify the kubelet',
      means:
        "With `kubelet_tls_verify: false` the agent sends its ServiceAccount token to whoever answers on the kubelet's address. On a shared network that is enough to steal it: another machine that takes over the address, a proxy, a pod with hostNetwork.",
      happens:
        'It is the advice found most often for x509 errors, and the documented setting for OpenShift and Rancher; it stays when the reason has long gone.',
      distributions: AGENT_KUBELET,
      confirm:
        'In the container, and in the chart `datadog.kubelet.tlsVerify`:\n\n    kubectl -n NAMESPACE exec POD -c agent -- env | grep KUBELET_TLS_VERIFY',
      fix: "Remove what stands in the way first (which CA, which name, which date: the certificate's own finding says it), then set it to true on every container. Not the other way round: the agent would lose the kubelet meanwhile.",
      avoid:
        'Do not leave verification off because the network is internal: a pod with hostNetwork or a machine that takes over the address is enough to collect the token. Do not turn it on blindly either: the agent would lose the kubelet meanwhile.',
    },
  },
  judge(view, say) {
    const settings = view.one('self/settings');
    if (!seen(settings)) return cannotTell(say('noSettings'));
    if (agentVerifies(settings)) return pass();
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
      severity: 'risk',
      title: say('off', { source }),
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
