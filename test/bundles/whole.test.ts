/** Which lists of a bundle are whole, by what its collector wrote where. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { completenessOf } from '../../src/bundles/collectors/whole.js';
import { kindOf } from '../../src/bundles/kinds.js';

const extent = (
  read: readonly string[],
  name: string,
  errors: readonly { path: string; text: string }[] = [],
  namespaces = ['datadog', 'shop'],
) => {
  const [kind, namespace] = name.split('/');
  const found = completenessOf({ read, errors, isCut: false, namespaces }).of(kindOf(kind) ?? assert.fail(), namespace);
  return found.is === 'failed' ? found.why : found.is;
};

describe('support-bundle-kit', () => {
  const at = (...files: string[]) => files.map((file) => `supportbundle_x/yamls/${file}.yaml`);
  it('has a file for each list that it could get', () => {
    const read = at('cluster/v1/nodes', 'cluster/v1/namespaces', 'namespaced/datadog/v1/pods', 'namespaced/shop/apps/v1/daemonsets');
    assert.deepEqual(
      ['Node', 'ClusterRole', 'Pod/datadog', 'Pod/shop', 'Pod', 'DaemonSet/shop', 'DaemonSet/datadog'].map((name) => extent(read, name)),
      ['whole', 'part', 'whole', 'part', 'part', 'whole', 'part'],
    );
  });

  it("has another API's lists of that name, which are none", () => {
    const read = at(
      'cluster/metrics.k8s.io/v1beta1/nodes',
      'cluster/management.cattle.io/v3/nodes',
      'namespaced/datadog/metrics.k8s.io/v1beta1/pods',
    );
    assert.deepEqual(
      ['Node', 'Pod/datadog'].map((name) => extent(read, name)),
      ['part', 'part'],
    );
  });

  it('says why it could not get a list', () => {
    const errors = [
      {
        path: 'x/bundleGenerationError.log',
        text: 'Failed to get /apis/metrics.k8s.io/v1beta1/nodes: no metrics\nFailed to get /apis/rbac.authorization.k8s.io/v1/clusterroles: clusterroles is forbidden\nFailed to get /api/v1/namespaces/datadog/pods: timed out\n',
      },
    ];
    assert.deepEqual(
      ['Node', 'ClusterRole', 'Pod/datadog', 'Pod/shop'].map((name) =>
        extent(at('cluster/v1/nodes', 'namespaced/shop/v1/pods'), name, errors),
      ),
      ['whole', 'clusterroles is forbidden', 'timed out', 'whole'],
    );
  });
});

describe('sos, with all namespaces', () => {
  it('asked for roles of the cluster in a namespace, has all of them, and of a list that was cut nothing', () => {
    const at = 'r/sos_commands/kubernetes/cluster-info/datadog/kubectl_get_-o_json_';
    const read = [
      `${at}--namespace_datadog_clusterroles`,
      `${at}--namespace_datadog_daemonsets`,
      `${at}roles`,
      'r/sos_strings/kubernetes/cluster-info/datadog/kubectl_get_-o_json_--namespace_datadog_pods.tailed',
    ];
    assert.deepEqual(
      ['ClusterRole', 'ClusterRoleBinding', 'DaemonSet/datadog', 'Pod/datadog', 'Role'].map((name) => extent(read, name)),
      ['whole', 'part', 'whole', 'part', 'part'],
    );
  });

  it('has a file for each list of each namespace', () => {
    const kubectl = 'r/sos_commands/kubernetes/pods/kubectl_--kubeconfig_.etc.kubernetes.admin.conf_get_-o_json_';
    const read = [`${kubectl}--namespace_datadog_pods`, `${kubectl}--namespace_nodes_events`, `${kubectl}clusterroles`];
    assert.deepEqual(
      ['Pod/datadog', 'Pod/shop', 'Event/nodes', 'Node', 'ClusterRole'].map((name) => extent(read, name)),
      ['whole', 'part', 'whole', 'part', 'whole'],
    );
  });
});
