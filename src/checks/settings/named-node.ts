/** Is there a Node of the name that this run was given? Where there is none, nothing else is known of it, and nothing is asked in its name. */

import { isDnsName } from '../../kubernetes/names.js';
import { defineCheck, type Fix } from '../../model/check.js';
import type { Setting } from '../../model/facts.js';
import { cite } from '../shared/cite.js';
import { byHand, fixBy } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES, settingOf } from '../shared/kubelet.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { seen } from '../shared/read.js';

export const namedNode = defineCheck({
  question: 'named-node',
  asks: 'Does the Node that was named exist?',
  target: 'apiserver',
  layer: 'settings',
  required: false,
  needs: ['self/settings', 'apiserver/node', 'apiserver/named'],
  words: {
    missing: 'Node {node} does not exist',
    missingBut: 'No Node {node}: did you mean {near}?',
    sawName: '{source} names Node {node}; the apiserver answers: not found',
    sawNear: 'names like it: {names}',
    fixFlag: 'Run again with --node {near}',
    fixSetting: 'Set {source} to {near}',
    fixList: 'List the nodes, and use a name from that list',
    notNamed: 'no node was named',
    unread: 'Node {node} could not be read',
  },
  causes: {
    'node-not-found': {
      title: 'Node that does not exist',
      means: 'There is no Node with the given name, so its kubelet has no address and no permission at it can be judged.',
      happens:
        'A letter is wrong, the name is of another cluster or context, the host name was given where the Node has a longer name, or the node was removed.',
      confirm: '`kubectl get nodes` lists the names. Check that it is the right cluster: `kubectl config current-context`.',
      fix: 'Run again with the right name (`--node NAME`), or correct the variable that names it. For another cluster, add `--context NAME`.',
    },
  },
  judge(view, say) {
    const setting = settingOf(view.one('self/settings'), 'node');
    if (!setting) return notApplicable(say('notNamed'), view.one('self/settings'));
    const { value: node, source } = setting;
    const found = view.one('apiserver/node', node);
    if (seen(found)) return pass(found);
    const fact = view.one('apiserver/named', `Node ${node}`);
    const named = seen(fact);
    if (!named || named.exists) return cannotTell(say('unread', { node }));
    const near = named.alike.filter(isDnsName);
    return problem('node-not-found', {
      proof: inTheirWords(fact),
      title: near.length > 0 ? say('missingBut', { node, near: near[0] ?? '' }) : say('missing', { node }),
      features: ALL_KUBELET_FEATURES,
      evidence: [
        cite(fact, say('sawName', { source, node })),
        ...(near.length > 0 ? [cite(fact, say('sawNear', { names: near.join(', ') }))] : []),
      ],
      fixes: [...rightName(setting, near[0]), fixBy('workstation', 'nothing', say('fixList'), byHand('kubectl get nodes'))],
    });

    function rightName({ origin }: Setting, name: string | undefined): Fix[] {
      if (name === undefined) return [];
      return origin === 'flag'
        ? [fixBy('workstation', 'nothing', say('fixFlag', { near: name }))]
        : [fixBy('agent', 'config', say('fixSetting', { source, near: name }))];
    }
  },
});
