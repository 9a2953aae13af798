/** Is there an agent to place at all: the DaemonSet that was named, or one that looks like an agent's. */

import { isDnsName } from '../../kubernetes/names.js';
import { defineCheck, type Fix } from '../../model/check.js';
import { citeBy } from '../shared/cite.js';
import { fixBy, shell } from '../shared/fix.js';
import { cannotTell, pass, problem, type Said } from '../shared/problem.js';
import { failure, isPending, seen } from '../shared/read.js';
import { placementWants, WITHOUT_AGENT } from './shared/placement.js';

export const agentDaemonset = defineCheck({
  question: 'agent-daemonset',
  asks: "Is the agent's DaemonSet there?",
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['apiserver/workloads'],
  words: {
    missing: 'There is no DaemonSet {asked}',
    missingBut: 'There is no DaemonSet {asked}; what looks like an agent is called {others}',
    missingInFile: '{asked} holds no DaemonSet of an agent',
    unreadable: '{asked} cannot be read as a manifest: {detail}',
    unnamed: 'No DaemonSet looks like an agent, by labels or image; --daemonset NS/NAME names another',
    sawList: 'the list of all DaemonSets, searched by name, labels and image',
    sawFile: '{others}',
    fixNamed: 'Ask again with the name it has',
    fixInstall: 'Install the agent as a DaemonSet, or give the name it has: `kubectl get daemonsets -A` lists them all',
    fixFile: 'Give a file with the rendered DaemonSet in it: `helm template` writes one',
    waiting: 'DaemonSets are still being listed',
    closed: 'DaemonSets are not ours to list from here',
  },
  causes: {
    'daemonset-not-found': {
      title: 'agent DaemonSet not found',
      means:
        'No DaemonSet has the name that was given or, where none was given, the labels or the image of an agent. Without it the agent runs on no node.',
      happens:
        'Another namespace or release name; the operator is installed but no DatadogAgent object; the agent was deployed as a Deployment; the release was removed.',
      confirm:
        "`kubectl get daemonsets -A` lists them all; `helm list -A` the releases; `kubectl get datadogagents -A` the operator's objects.",
      fix: "Ask with the name it has, or install the agent. An agent that is not Datadog's is found by its name alone: `--daemonset NS/NAME`.",
      avoid: 'Do not install a second release to see: agents of two releases count everything twice.',
    },
  },
  judge(view, say) {
    const fact = view.one('apiserver/workloads');
    if (isPending(fact)) return cannotTell(say('waiting'));
    const found = seen(fact);
    const code = failure(fact);
    const sawFile = (others: string) => citeBy('apiserver/workloads', '', say('sawFile', { others }));
    const sawList = citeBy('apiserver/workloads', '', say('sawList'), 'kubectl get daemonsets -A');
    const notFound = (said: Omit<Said, 'features'>) => problem('daemonset-not-found', { ...said, features: WITHOUT_AGENT });
    if (fact.outcome.status === 'failed' && (code === 'ENOTYAML' || /^E[A-Z]+$/.test(code ?? ''))) {
      const { detail } = fact.outcome;
      const title = say('unreadable', { asked: 'the file of --manifest', detail });
      return notFound({ title, evidence: [sawFile(detail)], fixes: [fixBy('workstation', 'nothing', say('fixFile'))] });
    }
    if (!found) return cannotTell(say('closed'), placementWants(true).slice(0, 1));
    if (found.workloads.length > 0) return pass();

    const { asked = '', by, others } = found;
    if (by === 'manifest') {
      const evidence = [sawFile(others.join(', ') || 'no DaemonSet at all')];
      return notFound({ title: say('missingInFile', { asked }), evidence, fixes: [fixBy('workstation', 'nothing', say('fixFile'))] });
    }
    // Nobody said that there is one: worth knowing, and no fault.
    if (by === 'search') return notFound({ severity: 'note', title: say('unnamed'), evidence: [sawList], fixes: [] });
    const fixes: Fix[] = others
      .filter((other) => other.split('/').every(isDnsName))
      .slice(0, 1)
      .map((other) => fixBy('workstation', 'nothing', say('fixNamed'), shell(`kubelet-doctor nodes --daemonset ${other}`)));
    const title = others.length > 0 ? say('missingBut', { asked, others: others.join(', ') }) : say('missing', { asked });
    return notFound({ title, evidence: [sawList], fixes: [...fixes, fixBy('agent', 'config', say('fixInstall'))] });
  },
});
