/**
 * A SupportBundle of troubleshoot.sh: three collectors that run us (a host's command, a pod, a pod on every node) and analyzers that read the
 * summary our JSON begins with. What the tool does with each was read in its source, version 0.133, and tried with it: a host command's output is
 * kept by the name of its collector, a DaemonSet's log by the name of the node, and a `when` of regexGroups is exactly three words.
 */
import { indent, lines, quote } from './access.js';
import { checkContainer, podSpec, type WorkloadOptions } from './workload.js';

const HOST = 'kubelet-doctor';
const POD = 'kubelet-doctor-pod';
const NODES = 'kubelet-doctor-nodes';
/** Longer than our own budget: a collector that is cut off keeps nothing. */
const OWN_BUDGET = '--timeout=45s';
const HOST_LIMIT = '60s';
/** With the time to pull an image. A DaemonSet's pod is read after its first restart. */
const POD_LIMIT = '180s';
/** A JSON string's inside. Written without quotes of its own, for a single-quoted YAML scalar. */
const INSIDE = '(?:[^"\\\\]|\\\\.)*';
/** The summary is the first key and never changes its shape; `where` comes after it and names the node. */
const SUMMARY = [
  `"verdict":"(?P<Verdict>[a-z]+)","exitCode":(?P<Code>\\d)`,
  `"top":\\{"id":"(?P<Id>[a-z0-9-]*)","title":"(?P<Title>${INSIDE})","fix":"(?P<Fix>${INSIDE})"\\}`,
].join(',');
const NODE = `"where":\\{"place":"${INSIDE}","vantage":"${INSIDE}","node":"(?P<Node>${INSIDE})"`;

export function troubleshootYaml(options: WorkloadOptions): string {
  const { account } = options;
  return lines(
    '# support-bundle --interactive=false FILE',
    `# Its pods run as ${account.namespace}/${account.name}${options.own.account ? ', which `kubelet-doctor manifest access | kubectl apply -f -` makes' : ''}.`,
    'apiVersion: troubleshoot.sh/v1beta2',
    'kind: SupportBundle',
    'metadata:',
    '  name: kubelet-doctor',
    'spec:',
    '  hostCollectors:',
    '    - run:',
    `        collectorName: ${HOST}`,
    '        command: kubelet-doctor',
    `        args: ["check", "--output=json", "--exit-zero", "${OWN_BUDGET}"]`,
    '        # The report in every format, as well as what is printed.',
    '        outputDir: report',
    '        # The bundle keeps the environment that the collector passes on; this keeps secrets of your shell out.',
    '        ignoreParentEnvs: true',
    `        timeout: ${HOST_LIMIT}`,
    '  collectors:',
    '    - runPod:',
    `        collectorName: ${POD}`,
    `        name: ${POD}`,
    ...collector(options, ['restartPolicy: Never']),
    '    - runDaemonSet:',
    `        name: ${NODES}`,
    ...collector(options, []),
    '  hostAnalyzers:',
    '    - textAnalyze:',
    '        checkName: From this host to the kubelet and the apiserver',
    '        collectorName: host-collectors/run-host',
    `        fileName: ${HOST}.txt`,
    ...indent(8, summaryAnalysis(false)),
    '  analyzers:',
    ...analyzer('From a pod to the kubelet and the apiserver', POD, `${POD}.log`),
    ...analyzer('From every node to its kubelet and the apiserver', NODES, '*.log'),
  );
}

function collector(options: WorkloadOptions, more: readonly string[]): string[] {
  return [
    `        namespace: ${quote(options.account.namespace)}`,
    `        timeout: ${POD_LIMIT}`,
    '        podSpec:',
    ...indent(10, [...more, ...podSpec(options)]),
    '          containers:',
    ...indent(12, checkContainer(options.image, ['--output=json', '--exit-zero', OWN_BUDGET])),
  ];
}

function analyzer(checkName: string, collectorName: string, fileName: string): string[] {
  return [
    '    - textAnalyze:',
    `        checkName: ${checkName}`,
    `        collectorName: ${collectorName}`,
    `        fileName: "${fileName}"`,
    ...indent(8, summaryAnalysis(true)),
  ];
}

/** The first outcome whose `when` holds is the result. The last one has none: the log is no report of ours. */
function summaryAnalysis(withNode: boolean): string[] {
  const on = withNode ? '{{ .Node }}: ' : '';
  const outcome = (kind: 'pass' | 'warn' | 'fail', verdict: string, message: string) => [
    `  - ${kind}:`,
    ...(verdict ? [`      when: "Verdict = ${verdict}"`] : []),
    `      message: "${message}"`,
  ];
  return [
    `regexGroups: '${withNode ? `${SUMMARY}.*?${NODE}` : SUMMARY}'`,
    'outcomes:',
    ...outcome('pass', 'pass', `${on}the kubelet and the apiserver answer and accept the agent`),
    ...outcome('fail', 'fail', `${on}{{ .Title }} ({{ .Id }}). Fix: {{ .Fix }}`),
    ...outcome('warn', 'warn', `${on}{{ .Title }} ({{ .Id }}). Fix: {{ .Fix }}`),
    ...outcome('warn', 'incomplete', `${on}{{ .Title }}. {{ .Fix }}`),
    ...outcome('warn', '', 'no report of kubelet-doctor was found; the log says why'),
  ];
}
