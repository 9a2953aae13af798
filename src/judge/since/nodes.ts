/** When nodes, pods and what keeps them off became what they are. */

import { taintText } from '../../kubernetes/taints.js';
import type { Change } from '../../model/facts.js';
import type { Dated, Dater, Sight } from './dating.js';
import { changeOf } from './rights.js';

export const nodeReady: Dater = {
  need: 'apiserver/node',
  dates: ({ all }) =>
    all('apiserver/node').flatMap(({ node, ready, readySince }) =>
      ready !== 'True' && readySince ? [{ at: readySince, key: 'notReady', args: { node } }] : [],
    ),
};
export const lease: Dater = {
  need: 'apiserver/lease',
  dates: ({ all }) =>
    all('apiserver/lease').flatMap(({ node, renewedAt, ageSeconds, durationSeconds = 40 }) =>
      ageSeconds > durationSeconds ? [{ at: renewedAt, key: 'lease', args: { node } }] : [],
    ),
};
/** Its flags and files are those of its start; it may have been started with the same before. */
export const kubeletStart: Dater = {
  need: 'self/kubelet-process',
  dates: ({ all, quoted }) =>
    quoted('self/kubelet-process').length + quoted('self/kubelet-config').length > 0
      ? all('self/kubelet-process').flatMap(({ startedAt }) => (startedAt ? [{ at: startedAt, key: 'started', args: {} }] : []))
      : [],
};

const nameOf = ({ node }: { node: string }): string => node;

export const nodesReady: Dater = {
  need: 'apiserver/nodes',
  dates: ({ all, named }) =>
    all('apiserver/nodes').flatMap(({ nodes }) =>
      named(nodes, nameOf).flatMap(({ node, readySince }) => (readySince ? [{ at: readySince, key: 'notReady', args: { node } }] : [])),
    ),
};
/** By the taint's own time, else by whoever wrote the taints last. */
export const tainted: Dater = {
  need: 'apiserver/nodes',
  dates: ({ all, names, named }) =>
    all('apiserver/nodes').flatMap(({ nodes }) =>
      named(nodes, nameOf).flatMap(({ node, taints, changed }): Dated[] => {
        const own = taints.flatMap((taint): Dated[] =>
          taint.added && names(taintText(taint)) ? [{ at: taint.added, key: 'tainted', args: { node, taint: taint.key } }] : [],
        );
        return own.length > 0 ? own : taintsOf(node, changed);
      }),
    ),
};
function taintsOf(node: string, changed: Change | undefined): Dated[] {
  if (!changed) return [];
  const { at, client } = changed;
  return [client === undefined ? { at, key: 'taintsChanged', args: { node } } : { at, key: 'taintsChangedBy', args: { node, client } }];
}

export const workload: Dater = {
  need: 'apiserver/workloads',
  dates: (sight) => changesOf(sight, sight.names),
};
/** Its settings are those of its DaemonSet. */
export const configured: Dater = {
  need: 'apiserver/workloads',
  dates: (sight) => {
    const agents = new Set(sight.quoted('self/agent-configuration').map(({ name }) => name));
    return changesOf(sight, (name) => agents.has(`DaemonSet ${name}`));
  },
};

function changesOf({ all }: Sight, isMeant: (name: string) => boolean): Dated[] {
  return all('apiserver/workloads')
    .flatMap(({ workloads }) => workloads)
    .flatMap(({ namespace, name, changed }) =>
      isMeant(`${namespace}/${name}`) ? changeOf('DaemonSet', `${namespace}/${name}`, changed) : [],
    );
}

export const podReady: Dater = {
  need: 'apiserver/agent-pods',
  dates: ({ all, named }) =>
    all('apiserver/agent-pods').flatMap(({ pods }) =>
      named(pods, ({ pod }) => pod).flatMap(({ pod, readySince }) =>
        readySince ? [{ at: readySince, key: 'podNotReady', args: { pod } }] : [],
      ),
    ),
};
export const refused: Dater = {
  need: 'apiserver/refused-creates',
  dates: ({ all }) =>
    all('apiserver/refused-creates')
      .flat()
      .flatMap(({ namespace, daemonset, first }) =>
        first ? [{ at: first, key: 'refused', args: { daemonset: `${namespace}/${daemonset}` } }] : [],
      ),
};
export const policy: Dater = {
  need: 'apiserver/egress-policies',
  dates: ({ all, names }) =>
    all('apiserver/egress-policies')
      .flatMap(({ policies }) => policies)
      .filter((each) => names(each.policy))
      .flatMap((each) => changeOf('NetworkPolicy', each.policy, each.changed)),
};
