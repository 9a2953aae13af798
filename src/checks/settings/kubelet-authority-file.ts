/** Can the CA file be read with which the agent verifies the kubelet? Only a file that was configured is judged; none is another matter. */

import { isVariable, shellQuote } from '../../kubernetes/names.js';
import { MOUNTED_CA } from '../../kubernetes/service-account.js';
import { defineCheck, type Fix } from '../../model/check.js';
import { ownerHere } from '../shared/apiserver.js';
import { cite } from '../shared/cite.js';
import { env, fixBy } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES, agentsEndpoint, agentVerifies, settingOf } from '../shared/kubelet.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { seen } from '../shared/read.js';

/** The self-signed certificate of AKS nodes without serving certificate rotation; with it the file is gone. */
const AKS_FILE = 'kubeletserver.crt';
/** What the agent falls back on without an override. */

export const kubeletAuthorityFile = defineCheck({
  question: 'kubelet-authority-file',
  asks: 'Can the CA file for the kubelet be read?',
  target: 'kubelet',
  layer: 'settings',
  required: false,
  needs: ['self/settings', 'self/place', 'kubelet/candidates', 'kubelet/authority', 'kubelet/tls'],
  words: {
    missing: 'The CA file for the kubelet is not there: {path} ({source})',
    unreadable: 'The CA file for the kubelet cannot be read: {path} ({code}; {source})',
    notPem: 'The CA file for the kubelet holds no certificate: {path} ({code}; {source})',
    none: 'no CA file is read for the kubelet',
    notRead: 'the CA file has not been read yet',
    saw: '{code}: {detail}',
    sawOther: '{authority} verifies the certificate that the kubelet shows',
    fixOther: 'Verify with {authority} instead, which does verify this kubelet',
    fixDrop: 'Drop the override: the agent then verifies with the CA of its service account',
    fixAks:
      "Drop the AKS overrides of CA and host (datadog.kubelet.hostCAPath and datadog.kubelet.host): the node's certificate is now signed by the cluster CA",
    fixMode: "Let the agent's user read it: mode and owner of {path}, and of the directories above it",
    fixMount: 'Mount the right CA at {path}, or name the one that is mounted',
    fixFlag: 'Give {source} a file that is there',
  },
  causes: {
    'kubelet-ca-file-missing': {
      title: 'CA file for the kubelet missing or unreadable',
      means:
        'The agent is told to verify the kubelet with a CA file that is absent, unreadable or no PEM. Nothing verifies without it; agents of today ignore the file only when verification is off, older ones fail even then.',
      happens:
        'AKS took `/etc/kubernetes/certs/kubeletserver.crt` away when serving certificate rotation came (label `kubernetes.azure.com/kubelet-serving-ca=cluster`); a volume that one container mounts and another does not; chart and operator mounting it at different paths.',
      distributions: {
        AKS: 'since serving certificate rotation (label `kubernetes.azure.com/kubelet-serving-ca=cluster`) the file is gone: remove `hostCAPath` and `host` from the values.',
        'Helm chart': 'mounts `datadog.kubelet.hostCAPath` below `/var/run/kubelet-ca/`, whatever its README says.',
        operator: 'mounts `hostCAPath` at `/var/run/host-kubelet-ca.crt`.',
        'plain manifests': 'volume, volumeMount and `DD_KUBELET_CLIENT_CA` must agree in every container.',
      },
      confirm:
        'For each container of the pod; and the events of a pod that does not start (`hostPath type check failed: … is not a file`):\n\n    kubectl -n NAMESPACE exec POD -c agent -- ls -lL PATH\n    kubectl -n NAMESPACE get events --field-selector reason=FailedMount',
      fix: "Drop the override where the cluster CA signs the kubelets' certificates, which the service account's `ca.crt` verifies. Else mount the file. The pods are replaced.",
      avoid: 'Do not turn verification off: the agent then gives its token to whoever answers on that address, and the fault stays.',
    },
  },
  judge(view, say) {
    const settings = view.one('self/settings');
    const setting = settingOf(settings, 'kubelet.ca');
    const authority = view.one('kubelet/authority', setting?.value);
    const { outcome } = authority;
    if (outcome.status === 'observed') return pass();
    if (outcome.status === 'pending' || (outcome.status === 'absent' && outcome.why === 'budget')) return cannotTell(say('notRead'));
    // Data inside a kubeconfig, the system's own roots: no file.
    if (outcome.status === 'absent') return notApplicable(say('none'));

    const { code, detail } = outcome;
    const path = setting?.value ?? authority.subject;
    const source = setting?.source || 'default';
    const verifies = agentVerifies(settings);
    const tls = view.one('kubelet/tls', agentsEndpoint(view.one('kubelet/candidates')));
    const working = seen(tls)?.trials.find((trial) => trial.verifies && trial.authority !== path)?.authority;
    const byAgent = source.startsWith('DD_') || setting?.origin === 'agent environment';
    const variable = source.startsWith('DD_') && isVariable(source) ? source : 'DD_KUBELET_CLIENT_CA';

    const fixes: Fix[] = [];
    if (setting?.origin === 'flag') fixes.push(fixBy(ownerHere(seen(view.one('self/place'))), 'nothing', say('fixFlag', { source })));
    // An empty variable counts as unset, and the agent falls back on its service account's CA.
    else if (path.endsWith(`/${AKS_FILE}`)) fixes.push(fixBy('agent', 'config', say('fixAks'), byAgent ? env({ [variable]: '' }) : {}));
    else if (working?.startsWith('/') && working !== MOUNTED_CA)
      fixes.push(fixBy('agent', 'config', say('fixOther', { authority: working }), env({ DD_KUBELET_CLIENT_CA: shellQuote(working) })));
    else if (byAgent) fixes.push(fixBy('agent', 'config', say('fixDrop'), env({ [variable]: '' })));
    fixes.push(
      code === 'EACCES' ? fixBy('agent', 'config', say('fixMode', { path })) : fixBy('agent', 'config', say('fixMount', { path })),
    );
    return problem('kubelet-ca-file-missing', {
      severity: verifies ? 'blocks' : 'risk',
      title:
        code === 'ENOENT'
          ? say('missing', { path, source })
          : code === 'ENOTPEM' || code === 'ETOOBIG'
            ? say('notPem', { path, code, source })
            : say('unreadable', { path, code, source }),
      features: verifies ? ALL_KUBELET_FEATURES : [],
      evidence: [cite(authority, say('saw', { code, detail })), ...(working ? [cite(tls, say('sawOther', { authority: working }))] : [])],
      fixes,
    });
  },
});
