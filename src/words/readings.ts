/** Words of what a pasted text says. */
import { defineWords } from './say.js';

export const saySpeaker = defineWords('speaker', {
  'node-agent': 'the Datadog Agent of a node',
  'cluster-agent': 'the Datadog Cluster Agent',
  'other-agent': 'an agent of a node',
  'metrics-server': 'the metrics-server',
  opentelemetry: 'an OpenTelemetry Collector',
  prometheus: 'Prometheus',
  kubelet: 'the kubelet',
  apiserver: 'the apiserver',
  'controller-manager': 'the controller manager',
  scheduler: 'the scheduler',
  runtime: 'the container runtime',
  cni: 'the network plugin',
  kubectl: 'kubectl',
  curl: 'curl',
  object: 'an object of the cluster',
  client: 'a client',
  unknown: 'a program that is not named',
});

export const sayServer = defineWords('server', {
  kubelet: 'the kubelet',
  'read-only-port': 'the read-only port of the kubelet',
  apiserver: 'the apiserver',
  'aggregated-api': 'an API behind the apiserver',
  'cluster-agent': 'the Cluster Agent',
  intake: 'the intake of the vendor',
  registry: 'an image registry',
  webhook: 'an admission webhook',
  etcd: 'etcd',
  runtime: 'the container runtime',
  dns: 'a DNS server',
  metadata: 'the metadata service of the cloud',
  proxy: 'a proxy',
  pod: 'a pod',
  other: 'another server',
  unknown: 'a server that is not named',
});

export const sayReading = defineWords('reading', {
  pointsTo: 'This text ({rests}) points to {cause}.',
  named: '{title}; {certainty}.',
  from: 'Said by {speaker}.',
  fromAbout: 'Said by {speaker} about {server}.',
  fromAboutAt: 'Said by {speaker} about {server} ({address}).',
  about: 'It is about {server}.',
  aboutAt: 'It is about {server} ({address}).',
  logged: 'Log of {speaker}: it tells of who asked it.',
  refused: 'Refused: {user}.',
  mayBe: 'It may also be {causes}: run kubelet-doctor where the error occurred to find out which.',
  decide: 'To decide:',
  fix: 'Fix:',
  more: 'More: kubelet-doctor explain {cause}',
  wrapper: 'This text ({rests}) only wraps another error.',
  other: 'No cause of kubelet-doctor explains this text ({rests}).',
  works: 'This text ({rests}) tells of what works.',
  nothing: 'This text says nothing that kubelet-doctor knows.',
});

/** Of a text of many lines. */
export const sayLog = defineWords('log', {
  nothing: 'Nothing in these {lines} is an error of the agent, the kubelet or the apiserver that kubelet-doctor knows.',
  head: '{told} of {lines} say something that is known.',
  seen: 'Seen {seen}; the last of them:',
  once: 'once, {at}',
  often: '{count} times, {first} to {last}',
  line: 'line {line}',
  others: 'Also said:',
  other: '{what}: {seen}',
  what: '{what} ({speaker} about {server})',
  whatOn: '{what} ({speaker} about {server}, node {node})',
  history: 'History: {server} answered afterwards.',
  left: '{lines} more say something else that is known.',
});
