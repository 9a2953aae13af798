/** Does an agent of today read the settings that are there for it? Names of Agent 5, and misspelt ones, are set in good faith and read by nobody. */

import { isVariable } from '../../../kubernetes/names.js';
import { defineCheck, type Fix, type Message } from '../../../model/check.js';
import type { AgentSetting } from '../../../model/facts.js';
import { citeBy } from '../../shared/cite.js';
import { fixBy } from '../../shared/fix.js';
import { ALL_KUBELET_FEATURES, settingOf } from '../../shared/kubelet.js';
import { hostFromDownwardApi } from '../../shared/kubelet-fixes.js';
import { cannotTell, notApplicable, pass, problem } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import { seen } from '../../shared/read.js';
import { type Configured, changeSettings, configured, effective, inContainer } from '../shared/configuration.js';

const HOST = 'DD_KUBERNETES_KUBELET_HOST';

/** Needs no server. */
const FROM_FILE = 'kubelet-doctor settings --manifest FILE';

/** A name nobody reads. */
interface Unread {
  old: string;
  current: string;
  why: NonNullable<AgentSetting['meant']>['why'];
  /** Where it is written; nothing for our own environment. */
  at?: Configured;
  /** Nothing else names the kubelet. */
  hostLost: boolean;
}

export const agentSettings = defineCheck({
  question: 'agent-settings',
  asks: 'Does the agent read all settings meant for it?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/place', 'self/settings', 'self/agent-configuration'],
  words: {
    renamed: 'The agent does not read {old}: Agent 6 renamed it',
    renamedHost: 'The agent has no kubelet host: it does not read {old}',
    misspelt: 'The agent does not read {old}: the name is misspelt',
    misplaced: 'Nothing reads {old}: the key is {current}',
    noEnvironment: "this is not the agent's environment",
    notLooked: 'the environment has not been read',
    notInSight: 'no agent DaemonSet can be seen from here',
    saw: '{old} is set{of}; the agent reads {current}',
    sawKey: '{old} is set{of}; {current} is read',
    rename: 'Rename {old} to {current}{where}',
    renameHost: 'Replace {old} with {current}{where}',
    move: 'Move {old} to {current}',
  },
  causes: {
    'agent-settings-renamed': {
      title: 'settings with Agent 5 names',
      means: 'A variable is set under a name that no agent since version 6 reads. Its value has no effect, and no log says so.',
      happens:
        'A manifest written for Agent 5, or old advice: the FAQ on ConnectTimeout to port 10250 still says KUBERNETES_KUBELET_HOST, the one on client authentication `apiserver_client_crt`.',
      confirm:
        "In each container of the agent's pod; compare with `agent config`:\n\n    kubectl -n NAMESPACE exec POD -c agent -- env | grep -i kube",
      fix: 'Rename it in the manifest. If KUBERNETES_KUBELET_HOST was the only variable that named the host, it is also the reason for kubelet-host-unset.',
      avoid: 'Do not set both names to be safe: the old one misleads the next reader.',
    },
    'agent-setting-misspelt': {
      title: 'misspelt setting names',
      means:
        "A setting has a name that is almost, but not exactly, one of the agent's. It has no effect, and no log says so: the agent reads the names it knows and ignores the rest.",
      happens:
        'KUBERNETES in a name that does not have it, or missing from one that does; words in a different order; a chart key with wrong letters, or in another section: `kubelet:` next to `datadog:` instead of below it, `datadog.tolerations` instead of `agents.tolerations`.',
      confirm: 'What the agent has read:\n\n    kubectl -n NAMESPACE exec POD -c agent -- agent config | grep -i kube',
      fix: 'Write the name exactly as the agent, the chart or the operator does. `kubelet-doctor settings` then shows it as set.',
      avoid: 'Do not add more spellings to be safe: only one is read, and the next reader will not know which.',
    },
  },
  judge(view, say) {
    const here = view.one('self/place');
    const place = seen(here);
    const written = configured(view.all('self/agent-configuration'));
    if (!place && written.length === 0) return cannotTell(say('notLooked'));
    const ownHost = settingOf(view.one('self/settings'), 'kubelet.host')?.value;
    const own = (place?.renamedVariables ?? []).map(
      ({ old, current }): Unread => ({ old, current, why: 'renamed', hostLost: current === HOST && !ownHost }),
    );
    // The host first: without it there is no kubelet to talk to.
    const unread = [...own, ...written.flatMap(unreadOf)].sort(
      (a, b) => Number(b.hostLost) - Number(a.hostLost) || Number(a.why !== 'renamed') - Number(b.why !== 'renamed'),
    );
    const [worst] = unread;
    if (!worst && written.length === 0 && place?.place === 'workstation')
      return cannotTell(say('notInSight'), [{ need: 'self/agent-configuration', elsewhere: FROM_FILE }]);
    if (!worst)
      return place?.agentEnvironment || written.length > 0
        ? pass([view.one('self/place'), ...view.all('self/agent-configuration')])
        : notApplicable(say('noEnvironment'));

    const of = ({ at }: Unread) => (at ? ` (${at.configuration.name}${inContainer(at)})` : '');
    return problem(worst.why === 'renamed' ? 'agent-settings-renamed' : 'agent-setting-misspelt', {
      proof: inTheirWords(worst.at?.fact ?? here),
      severity: 'degrades',
      title: titleOf(worst),
      features: worst.hostLost ? ALL_KUBELET_FEATURES : [],
      evidence: unread.slice(0, 8).map((each) => {
        const words = { old: each.old, of: of(each), current: each.current };
        const saw = each.why === 'misplaced' ? say('sawKey', words) : say('saw', words);
        return each.at
          ? citeBy('self/agent-configuration', each.at.configuration.name, saw)
          : citeBy('self/place', '', saw, isVariable(each.old) ? `printenv ${each.old}` : undefined);
      }),
      fixes: unread.slice(0, 6).map(fixOf),
    });

    function titleOf({ old, current, why, hostLost }: Unread): Message {
      if (why === 'misplaced') return say('misplaced', { old, current });
      if (why === 'misspelt') return say('misspelt', { old });
      return hostLost ? say('renamedHost', { old }) : say('renamed', { old });
    }

    function fixOf({ old, current, why, at }: Unread): Fix {
      if (why === 'misplaced') return fixBy('agent', 'config', say('move', { old, current }), { verify: 'kubelet-doctor settings' });
      const where = at ? inContainer(at) : '';
      const written = at?.container.settings.find(({ variable }) => variable === old);
      const field = written?.from === 'spec.nodeName' ? written.from : 'status.hostIP';
      if (current === HOST)
        return { ...hostFromDownwardApi(say('renameHost', { old, current, where }), field), verify: 'kubelet-doctor --verbose' };
      const action = say('rename', { old, current, where });
      const value = written?.value;
      // A key of the chart or the operator is no variable.
      if (at && value !== undefined && !old.includes('.')) return changeSettings(at, action, { [old]: undefined, [current]: value });
      return fixBy('agent', 'config', action, { verify: at ? 'kubelet-doctor settings' : 'kubelet-doctor --verbose' });
    }
  },
});

/** Beside the current name the old one does no harm. Our own environment's old names are known from the place. */
function unreadOf(at: Configured): Unread[] {
  const { configuration, container } = at;
  return container.settings.flatMap(({ variable, meant }) => {
    if (!meant || effective(container, meant.current)) return [];
    if (configuration.of === 'process' && meant.why === 'renamed') return [];
    return [{ old: variable, current: meant.current, why: meant.why, at, hostLost: meant.current === HOST }];
  });
}
