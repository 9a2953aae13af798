/** Is there an agent to place at all: the DaemonSet that was named, or one that looks like an agent's. */

import { isDnsName } from '../../kubernetes/names.js';
import { defineCheck, type Fix } from '../../model/check.js';
import { fewOf } from '../shared/brief.js';
import { citeBy } from '../shared/cite.js';
import { byHand, fixBy, shell } from '../shared/fix.js';
import { cannotTell, pass, problem, type Said, suspected } from '../shared/problem.js';
import { inTheirWords, speaks } from '../shared/proof.js';
import { isPending, seen } from '../shared/read.js';
import { WITHOUT_AGENT } from './shared/placement.js';
import { CUT, cannotTellAll, listName, UNREAD, whyUnread } from './shared/unread.js';
import { placementWants } from './shared/wants.js';

export const agentDaemonset = defineCheck({
  question: 'agent-daemonset',
  asks: "Does the agent's DaemonSet exist?",
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['apiserver/workloads', 'self/settings'],
  words: {
    missing: 'DaemonSet {asked} does not exist',
    missingBut: 'No DaemonSet {asked}: did you mean {others}?',
    missingInFile: '{asked} contains no agent DaemonSet',
    unreadable: 'The file given with --manifest is not a readable manifest',
    unnamed: 'No DaemonSet looks like an agent: name it with --daemonset NS/NAME',
    sawList: 'the list of all DaemonSets, searched by name, labels and image',
    sawFile: '{others}',
    fixNamed: 'Run again with --daemonset {other}',
    fixInstall: 'Install the agent as a DaemonSet, or pass the right name',
    fixFile: 'Pass a rendered manifest, such as the output of helm template',
    unmade: 'No DaemonSet comes of DatadogAgent {object}',
    unmadeSeveral: 'No DaemonSet comes of {count} DatadogAgents',
    sawUnseen: 'DatadogAgent {object}: the operator has written no status',
    sawSeen: 'DatadogAgent {object}: the operator has written a status',
    sawError: 'DatadogAgent {object}: {error}',
    fixOperator: "Read the operator's log, and the namespaces that it watches",
    waiting: 'DaemonSets are still being listed',
    unread: UNREAD,
    cut: CUT,
  },
  causes: {
    'operator-does-not-reconcile': {
      title: 'DatadogAgent without a DaemonSet',
      // datadog-operator 1.29 internal/controller/datadogagent (DatadogAgentReconcileError), pkg/config (WATCH_NAMESPACE, DD_AGENT_WATCH_NAMESPACE).
      means:
        'A DatadogAgent object asks for an agent on each node, and there is no DaemonSet of an agent. The operator makes the DaemonSet, and writes what keeps it from doing so into the status of the object. Without any status it has not looked at the object at all.',
      happens:
        "No status: the operator does not run, or the object is in a namespace that it does not watch (`WATCH_NAMESPACE`, `DD_AGENT_WATCH_NAMESPACE`; the chart's `watchNamespaces`). With a status: a missing Secret, a right that the operator lacks, or a second DatadogAgent whose objects would have the same names.",
      confirm:
        "The object's conditions, then the operator and what it watches:\n\n    kubectl get datadogagents -A -o yaml | grep -A6 ReconcileError\n    kubectl get deployments -A -l app.kubernetes.io/name=datadog-operator\n    kubectl -n NAMESPACE get deployment NAME -o yaml | grep -A1 WATCH_NAMESPACE",
      fix: 'Start the operator, create the object in a namespace that it watches or add that namespace, and keep one DatadogAgent. Then fix what its condition names; the operator tries again by itself.',
      avoid: 'Do not install the chart beside it: with the next reconcile both run an agent on every node.',
    },
    'daemonset-not-found': {
      title: 'agent DaemonSet not found',
      means:
        'No DaemonSet has the given name or, if no name was given, the labels or the image of an agent. Without it the agent runs on no node.',
      happens:
        'The namespace or release has a different name; the operator is installed without a DatadogAgent object; the agent was deployed as a Deployment; the release was removed.',
      confirm:
        "`kubectl get daemonsets -A` lists all DaemonSets, `helm list -A` the releases, `kubectl get datadogagents -A` the operator's objects.",
      fix: "Run again with the right name, or install the agent. An agent that is not Datadog's is found only by name: `--daemonset NS/NAME`.",
      avoid: 'Do not install a second release as a test: agents of two releases count everything twice.',
    },
  },
  judge(view, say) {
    const fact = view.one('apiserver/workloads');
    if (isPending(fact)) return cannotTell(say('waiting'));
    const found = seen(fact);
    const sawFile = (others: string) => citeBy('apiserver/workloads', '', say('sawFile', { others }));
    const sawList = citeBy('apiserver/workloads', '', say('sawList'), 'kubectl get daemonsets -A');
    const notFound = (said: Omit<Said, 'features'>) =>
      problem('daemonset-not-found', { proof: inTheirWords(fact), ...said, features: WITHOUT_AGENT });
    // A connection breaks with codes like those of a file: which of the two was read, the settings say.
    const file = seen(view.one('self/settings'))?.find(({ setting }) => setting === 'manifest');
    if (file && fact.outcome.status === 'failed' && speaks(fact)) {
      const { detail } = fact.outcome;
      const title = say('unreadable');
      return notFound({ title, evidence: [sawFile(detail)], fixes: [fixBy('workstation', 'nothing', say('fixFile'))] });
    }
    if (!found)
      return cannotTell(
        say('unread', { list: listName(fact), why: whyUnread(fact) }),
        placementWants(view.one('self/settings')).slice(0, 1),
      );
    if (found.workloads.length > 0) return pass(fact);
    if (found.cut) return cannotTellAll({ kind: 'workloads', cut: found.cut }, say);

    const { asked = '', by, others } = found;
    if (by === 'manifest') {
      const evidence = [sawFile(others.join(', ') || 'no DaemonSet at all')];
      return notFound({ title: say('missingInFile', { asked }), evidence, fixes: [fixBy('workstation', 'nothing', say('fixFile'))] });
    }
    const { unmade = [] } = found;
    const [first] = unmade;
    if (by === 'search' && first) {
      const told = unmade.some(({ error }) => error !== undefined);
      return problem('operator-does-not-reconcile', {
        // Of a fresh object it may not have come to it yet.
        ...(told
          ? { proof: inTheirWords(fact) }
          : suspected(['daemonset-not-found'], [{ need: 'apiserver/workloads', elsewhere: OPERATOR }])),
        title: unmade.length > 1 ? say('unmadeSeveral', { count: unmade.length }) : say('unmade', { object: first.object }),
        features: WITHOUT_AGENT,
        evidence: unmade.slice(0, 6).map(({ object, seen: hasStatus, error }) => {
          const saw = error ? say('sawError', { object, error }) : hasStatus ? say('sawSeen', { object }) : say('sawUnseen', { object });
          return citeBy('apiserver/workloads', '', saw, 'kubectl get datadogagents -A -o yaml');
        }),
        fixes: [fixBy('cluster', 'config', say('fixOperator'), byHand(OPERATOR))],
      });
    }
    // Nobody said that there is one: no fault.
    if (by === 'search') return notFound({ severity: 'note', title: say('unnamed'), evidence: [sawList], fixes: [] });
    const fixes: Fix[] = others
      .filter((other) => other.split('/').every(isDnsName))
      .slice(0, 1)
      .map((other) => fixBy('workstation', 'nothing', say('fixNamed', { other }), shell(`kubelet-doctor nodes --daemonset ${other}`)));
    const title = others.length > 0 ? say('missingBut', { asked, others: fewOf(others, 1) }) : say('missing', { asked });
    const alike = others.length > 1 ? [sawFile(others.join(', '))] : [];
    const install = fixBy('agent', 'config', say('fixInstall'), byHand('kubectl get daemonsets -A'));
    return notFound({ title, evidence: [sawList, ...alike], fixes: [...fixes, install] });
  },
});

const OPERATOR = [
  'kubectl get deployments -A -l app.kubernetes.io/name=datadog-operator',
  'kubectl -n NAMESPACE logs deployment/NAME --tail=50',
  'kubectl -n NAMESPACE get deployment NAME -o yaml | grep -A1 WATCH_NAMESPACE',
].join('\n');
