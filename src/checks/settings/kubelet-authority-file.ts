/** Can the CA file be read with which the agent verifies the kubelet? Only a file that was configured is judged; none is another matter. */

import { isVariable, shellQuote } from '../../kubernetes/names.js';
import { MOUNTED_CA } from '../../kubernetes/service-account.js';
import { defineCheck, type Fix } from '../../model/check.js';
import { ownerHere } from '../shared/apiserver.js';
import { cite } from '../shared/cite.js';
import { env, fixBy } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES, agentsEndpoint, agentVerifies, settingOf } from '../shared/kubelet.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { seen } from '../shared/read.js';
import { isOfAks, UNMOUNTED_NEEDS, UNMOUNTED_WORDS, unmountedIn } from './shared/unmounted-ca.js';

/** What was found at the path, by the code of its reading. */
const FOUND: Readonly<Partial<Record<string, 'missing' | 'notPem'>>> = { ENOENT: 'missing', ENOTPEM: 'notPem', ETOOBIG: 'notPem' };

export const kubeletAuthorityFile = defineCheck({
  question: 'kubelet-authority-file',
  asks: 'Can the kubelet CA file be read?',
  target: 'kubelet',
  layer: 'settings',
  required: false,
  needs: ['self/settings', 'self/place', 'kubelet/candidates', 'kubelet/authority', 'kubelet/tls', ...UNMOUNTED_NEEDS],
  words: {
    ...UNMOUNTED_WORDS,
    missing: 'The kubelet CA file does not exist: {path}',
    unreadable: 'The kubelet CA file cannot be read ({code}): {path}',
    notPem: 'The kubelet CA file holds no certificate: {path}',
    none: 'no CA file is set for the kubelet',
    notRead: 'the CA file has not been read yet',
    saw: '{code}: {detail}',
    sawSource: '{source} names {path}',
    sawOther: "{authority} verifies the kubelet's certificate",
    fixOther: 'Use the CA file that verifies this kubelet',
    fixMode: "Make the file readable for the agent's user (mode and owner)",
    fixMount: 'Mount the CA at this path, or set the path of a mounted one',
    fixFlag: 'Give {source} a file that exists',
  },
  causes: {
    'kubelet-ca-file-missing': {
      title: 'kubelet CA file missing or unreadable',
      means:
        'The agent is configured to verify the kubelet with a CA file that is absent, unreadable or not PEM, so verification fails. Current agents ignore the file only when verification is off; older ones fail even then.',
      happens:
        'AKS removed `/etc/kubernetes/certs/kubeletserver.crt` with serving certificate rotation (label `kubernetes.azure.com/kubelet-serving-ca=cluster`). Or one container mounts the volume and another does not, or chart and operator mount it at different paths.',
      distributions: {
        AKS: 'since serving certificate rotation (label `kubernetes.azure.com/kubelet-serving-ca=cluster`) the file is gone and the cluster CA signs: remove `hostCAPath` and `host` from the values.',
        'Helm chart': 'mounts `datadog.kubelet.hostCAPath` below `/var/run/kubelet-ca/`, whatever its README says.',
        operator: 'mounts `hostCAPath` at `/var/run/host-kubelet-ca.crt`.',
        'plain manifests': 'volume, volumeMount and `DD_KUBELET_CLIENT_CA` must agree in every container.',
      },
      confirm:
        'In each container of the pod, and in the events of a pod that does not start (`hostPath type check failed: … is not a file`):\n\n    kubectl -n NAMESPACE exec POD -c agent -- ls -lL PATH\n    kubectl -n NAMESPACE get events --field-selector reason=FailedMount',
      fix: "Remove the override where the cluster CA signs the kubelets' certificates: the ServiceAccount's `ca.crt` verifies them. Otherwise mount the file. With EACCES check the mode and owner of the file and of each directory above it. The pods are replaced.",
      avoid: 'Do not turn verification off: the agent then sends its token to any server at that address, and the fault stays.',
    },
  },
  judge(view, say) {
    const unmounted = unmountedIn(view, say);
    if (unmounted) return unmounted;
    const settings = view.one('self/settings');
    const setting = settingOf(settings, 'kubelet.ca');
    const authority = view.one('kubelet/authority', setting?.value);
    const { outcome } = authority;
    if (outcome.status === 'observed') return pass(authority);
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
    else if (isOfAks(path)) fixes.push(fixBy('agent', 'config', say('fixAks'), byAgent ? env({ [variable]: '' }) : {}));
    else if (working?.startsWith('/') && working !== MOUNTED_CA)
      fixes.push(fixBy('agent', 'config', say('fixOther'), env({ DD_KUBELET_CLIENT_CA: shellQuote(working) })));
    else if (byAgent) fixes.push(fixBy('agent', 'config', say('fixDrop'), env({ [variable]: '' })));
    fixes.push(code === 'EACCES' ? fixBy('agent', 'config', say('fixMode')) : fixBy('agent', 'config', say('fixMount')));
    return problem('kubelet-ca-file-missing', {
      proof: inTheirWords(authority),
      severity: verifies ? 'blocks' : 'risk',
      title: FOUND[code] ? say(FOUND[code], { path }) : say('unreadable', { path, code }),
      features: verifies ? ALL_KUBELET_FEATURES : [],
      evidence: [
        cite(authority, say('saw', { code, detail })),
        cite(settings, say('sawSource', { source, path })),
        ...(working ? [cite(tls, say('sawOther', { authority: working }))] : []),
      ],
      fixes,
    });
  },
});
