/**
 * What the kubelet answered whoever made a flare: DataDog/datadog-agent pkg/flare/archive_k8s.go writes the body of /configz and of /pods as YAML. That they
 * are there is an answer to the agent's own request.
 */
import { readPlainYaml } from '../../files/yaml-plain.js';
import { record } from '../../kubernetes/json.js';
import type { AnyFact, Payload } from '../../model/facts.js';
import { recognisePayload } from '../../probes/connection/payload.js';

export const podsAnswered = (): AnyFact => answered('/pods', { recognised: 'pod-list' });

/** Undefined where it is no configuration of a kubelet. */
export function configAnswered(text: string, path: string): AnyFact | undefined {
  const { kubeletconfig } = record(readPlainYaml(text, path));
  if (typeof kubeletconfig !== 'object' || kubeletconfig === null) return undefined;
  return answered('/configz', recognisePayload('/configz', JSON.stringify({ kubeletconfig })));
}

/** With the token that an agent has unless it is told otherwise. */
function answered(path: '/pods' | '/configz', payload: Payload): AnyFact {
  const data = { method: 'GET', path, as: 'token', voice: 'kubelet', status: 200, body: '', payload } as const;
  return { target: 'kubelet', kind: 'http', subject: `token GET ${path}`, outcome: { status: 'observed', data, ms: 0 } };
}
