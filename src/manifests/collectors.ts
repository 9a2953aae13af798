/** What brings us into other programs' collections: an image for OpenShift's must-gather, a plugin of Sonobuoy, a plugin of node-problem-detector. */
import { indent, lines, quote } from './access.js';
import { bounds, checkContainer, PAUSE, podSpec, type WorkloadOptions } from './workload.js';

/** Sonobuoy mounts the volume `results` there, and its worker waits for the file `done` in it (site/content/docs, plugins.md). */
const RESULTS = '/tmp/sonobuoy/results';

/**
 * A Dockerfile. `oc adm must-gather` copies with a shell and tar of the image it runs, and ours has neither: the tool goes into OpenShift's own.
 * Its account may read everything, so every kubelet is asked about from where the pod is.
 */
export function mustGatherDockerfile(image: string): string {
  return lines(
    '# docker build -t REGISTRY/kubelet-doctor-must-gather - < FILE, push it, then: oc adm must-gather --image=REGISTRY/kubelet-doctor-must-gather',
    `FROM ${image} AS kubelet-doctor`,
    'FROM quay.io/openshift/origin-must-gather:latest',
    'COPY --from=kubelet-doctor /usr/local/bin/kubelet-doctor /usr/local/bin/kubelet-doctor',
    "COPY --chmod=0755 <<'END' /usr/bin/gather",
    ...GATHER,
    'END',
  );
}

/** `/usr/bin/gather`: one bundle a node, a failure of one never in the way of the next. */
const GATHER = [
  '#!/bin/sh',
  'to="$' + '{BASE_COLLECTION_PATH:-/must-gather}/kubelet-doctor"',
  'mkdir -p "$to"',
  'oc get nodes -o name > "$to/nodes" || exit 1',
  'while read -r node; do',
  '  node="$' + '{node#node/}"',
  '  kubelet-doctor check --node "$node" --save "$to/$node" --force --exit-zero --output line < /dev/null',
  'done < "$to/nodes"',
  'sync',
];

/** A plugin of the kind DaemonSet. A DaemonSet starts again whatever ends: we run first, and what stays does nothing. */
export function sonobuoyYaml(options: WorkloadOptions): string {
  const [first = '', ...rest] = checkContainer(options.image, ['--output=line', '--exit-zero']);
  const env = rest.indexOf('  env:');
  const { account } = options;
  return lines(
    '# sonobuoy run --plugin FILE --wait; then: sonobuoy results $(sonobuoy retrieve) --plugin kubelet-doctor',
    `# It runs in Sonobuoy's namespace: --namespace ${account.namespace} for sonobuoy too, where the account is.`,
    'sonobuoy-config:',
    '  driver: DaemonSet',
    '  plugin-name: kubelet-doctor',
    '  result-format: junit',
    'podSpec:',
    ...indent(2, podSpec(options)),
    '  initContainers:',
    ...indent(4, [
      first,
      ...rest.slice(0, env + 1),
      '    - name: SONOBUOY_RESULTS_DIR',
      `      value: ${RESULTS}`,
      ...rest.slice(env + 1),
      '  volumeMounts:',
      `    - mountPath: ${RESULTS}`,
      '      name: results',
    ]),
    'spec:',
    '  name: plugin',
    `  image: ${quote(PAUSE)}`,
    '  volumeMounts:',
    `    - mountPath: ${RESULTS}`,
    '      name: results',
    ...indent(2, bounds('10m', '16Mi')),
  );
}

/** A custom plugin's configuration. Its exit codes 0, 1 and else are ours; a condition is set while the check fails. */
export function nodeProblemDetectorJson(): string {
  const config = {
    plugin: 'custom',
    // A question to two servers, not a look at a file: every five minutes is enough.
    pluginConfig: { invoke_interval: '5m', timeout: '60s', max_output_length: 80, concurrency: 1 },
    source: 'kubelet-doctor',
    metricsReporting: true,
    conditions: [
      {
        type: 'AgentCannotReachKubelet',
        reason: 'AgentReachesKubelet',
        message: 'the kubelet and the apiserver answer and accept the agent',
      },
    ],
    rules: [
      {
        type: 'permanent',
        condition: 'AgentCannotReachKubelet',
        reason: 'KubeletDoctorFoundCause',
        path: '/usr/local/bin/kubelet-doctor',
        args: ['check', '--output=line', '--timeout=45s'],
        timeout: '60s',
      },
    ],
  };
  return JSON.stringify(config, undefined, 2);
}
