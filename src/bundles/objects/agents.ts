/** Which DaemonSets of a bundle are judged as the agent's, and which others may be meant: --daemonset chooses. */
import { reduceDaemonSet } from '../../agent-config/reduce-workload.js';
import { isDnsName } from '../../kubernetes/names.js';
import type { AgentWorkload } from '../../model/facts/placement.js';
import type { BundlePlace } from '../../model/facts/run.js';
import type { ObjectIndex } from '../objects.js';

/** Images of agents that ask a kubelet; a part of the path is enough, as registries are mirrored. */
const AGENTS = [
  /newrelic\/(?:nri-kubernetes|newrelic-infra|infrastructure)/,
  /dynatrace-(?:oneagent|operator)/,
  /cloudwatch-agent/,
  /splunk-otel-collector|opentelemetry-collector|aws-otel-collector|k8s-distro/,
  /grafana\/(?:alloy|agent)\b/,
  /elastic-agent|metricbeat|filebeat/,
  /telegraf/,
  /sysdig\/agent|instana\/agent|netdata\/netdata|signalfx-agent|lacework\/datacollector/,
  /containerinsights\/ciprod|azure-monitor/,
  /gke-metrics-agent|prometheus-engine|stackdriver/,
];

/** Of others that are not judged. */
const MOST = 5;

/** `account`: whose permissions are judged, where nobody named one. */
export function agentsIn(workloads: readonly AgentWorkload[], account: string | undefined, index: ObjectIndex): BundlePlace['agents'] {
  const daemonsets = workloads.map(nameOf).filter(isPlain);
  const there = index.list('DaemonSet').flatMap((object) => reduceDaemonSet(object) ?? []);
  const alike = there.filter(
    ({ datadog, template }) => datadog || template.images.some((image) => AGENTS.some((agent) => agent.test(image))),
  );
  // Where none is judged any may be the agent, those that look like one first.
  const all = [...new Set([...alike, ...(daemonsets.length === 0 ? there : [])].map(nameOf))];
  const others = all.filter((name) => isPlain(name) && !daemonsets.includes(name));
  if (others.length === 0 && daemonsets.length < 2) return undefined;
  const isShared = new Set(workloads.map(({ namespace, template }) => `${namespace}/${template.serviceAccount ?? 'default'}`)).size < 2;
  return {
    daemonsets,
    ...(account !== undefined && !isShared && { account }),
    others: others.slice(0, MOST),
    ...(others.length > MOST && { more: others.length - MOST }),
  };
}

const nameOf = ({ namespace, name }: AgentWorkload): string => `${namespace}/${name}`;

/** A name stands in a command, and a bundle may call an object what it likes. */
const isPlain = (name: string): boolean => name.split('/').every(isDnsName);
