/** Does an agent of today read the variables that are set? Names of Agent 5 are set in good faith and read by nobody. */
import { defineCheck, type Fix } from '../model/check.js';
import { ALL_KUBELET_FEATURES, settingOf } from './support/kubelet.js';
import { seen } from './support/read.js';

const HOST = 'DD_KUBERNETES_KUBELET_HOST';

export const agentSettings = defineCheck({
  question: 'agent-settings',
  asks: 'Does the agent read the variables that are set for it?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/place', 'self/settings'],
  words: {
    renamed: 'No agent since version 6 reads {old}: the name is now {current}',
    renamedHost: 'The kubelet host is set as {old}, which no agent since version 6 reads: the name is now {current}',
    noEnvironment: "this is not the agent's environment",
    notLooked: 'the environment was not looked at',
    saw: '{old} is set',
    rename: "In the agent's manifest, rename {old} to {current}",
    renameHost: "In the agent's manifest, replace {old} by {current}, from status.hostIP",
  },
  causes: {
    'agent-settings-renamed': {
      title: 'settings under names of Agent 5',
      means: 'A variable is set whose name is no longer read. Its value has no effect, and nothing says so.',
      happens:
        'A manifest from the days of Agent 5, or old advice: the FAQ on ConnectTimeout to port 10250 still says KUBERNETES_KUBELET_HOST, the one on client authentication `apiserver_client_crt`.',
      confirm:
        'In each container of the agent’s pod, against what `agent config` says:\n\n    kubectl -n NAMESPACE exec POD -c agent -- env | grep -i kube',
      fix: 'Rename it in the manifest. Where KUBERNETES_KUBELET_HOST was the only one that named the host, its loss is the cause of kubelet-host-unset.',
      avoid: 'Do not set both names for safety: the old one goes on misleading the next reader.',
    },
  },
  judge(view, say) {
    const place = seen(view.one('self/place'));
    if (!place) return { kind: 'cannot-tell', why: say('notLooked'), wants: [] };
    const renamed = place.renamedVariables;
    if (renamed.length === 0) return place.agentEnvironment ? { kind: 'pass' } : { kind: 'not-applicable', why: say('noEnvironment') };

    // The host first: without it there is no kubelet to talk to.
    const host = renamed.find((r) => r.current === HOST);
    const hostLost = host !== undefined && !settingOf(view.one('self/settings'), 'kubelet.host')?.value;
    const worst = hostLost ? host : renamed[0]!;
    const fixes = [...renamed]
      .sort((a, b) => Number(b === worst) - Number(a === worst))
      .map(
        (r): Fix => ({
          owner: 'agent',
          changes: 'config',
          action: r.current === HOST ? say('renameHost', r) : say('rename', r),
          ...(r.current === HOST ? { steps: FROM_HOST_IP } : {}),
          verify: 'kubelet-doctor --verbose',
        }),
      );
    return {
      kind: 'problem',
      cause: 'agent-settings-renamed',
      severity: 'degrades',
      certainty: 'proven',
      title: hostLost ? say('renamedHost', worst) : say('renamed', worst),
      features: hostLost ? ALL_KUBELET_FEATURES : [],
      evidence: renamed.map(({ old }) => ({ need: 'self/place', subject: '', saw: say('saw', { old }), reproduce: `printenv ${old}` })),
      fixes,
    };
  },
});

const FROM_HOST_IP = ['env:', `  - name: ${HOST}`, '    valueFrom:', '      fieldRef:', '        fieldPath: status.hostIP'].join('\n');
