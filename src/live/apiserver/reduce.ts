/** From what a server said to what is judged: names, states and times only; the rest is dropped here. */

import { turned } from '../../agent-config/last-change.js';
import { NAME, PHRASE } from '../../host/redact.js';
import { list, record } from '../../kubernetes/json.js';
import { platformOf } from '../../kubernetes/kubelet/platforms.js';
import { standInOf } from '../../kubernetes/kubelet/stand-in.js';
import type { NodeObject, Outcome, SecondSight } from '../../model/facts.js';

/** The judged fields of a Node. `kubeletEndpoint.Port` really has a capital P in JSON (k8s.io/api core/v1 DaemonEndpoint). */
export function reduceNode(json: unknown, clean: (text: string, max?: number) => string): Outcome<NodeObject> {
  const { metadata, spec, status } = record(json);
  const { nodeInfo, addresses, conditions, daemonEndpoints } = record(status);
  const name = record(metadata).name;
  if (typeof name !== 'string') return { status: 'failed', code: 'ENOTNODE', detail: 'the answer is not a Node object' };
  const ready = list(conditions)
    .map(record)
    .find((c) => c.type === 'Ready');
  const since = turned(ready);
  const { kubeletVersion, osImage } = record(nodeInfo);
  const labels = record(record(metadata).labels);
  const taints = list(record(spec).taints).map((taint) => record(taint).key);
  const standIn = standInOf(labels, taints);
  const platform = platformOf({
    name,
    version: String(kubeletVersion ?? ''),
    osImage: String(osImage ?? ''),
    labels,
  });
  const port = Number(record(record(daemonEndpoints).kubeletEndpoint).Port);
  return {
    status: 'observed',
    data: {
      node: clean(name, NAME),
      kubeletVersion: clean(String(kubeletVersion ?? ''), 60),
      ...(platform && { platform }),
      ...(standIn && { standIn }),
      kubeletPort: port || undefined,
      addresses: list(addresses)
        .map(record)
        .slice(0, 10)
        .map((a) => ({ type: clean(String(a.type), 30), address: clean(String(a.address), NAME) })),
      ready: ready?.status === 'True' || ready?.status === 'False' ? ready.status : 'Unknown',
      reason: ready?.reason ? clean(String(ready.reason), 80) : undefined,
      message: ready?.message ? clean(String(ready.message), PHRASE) : undefined,
      ...(since && { readySince: since }),
      lastHeartbeat: typeof ready?.lastHeartbeatTime === 'string' ? clean(ready.lastHeartbeatTime, 40) : undefined,
    },
  };
}

/**
 * What the apiserver's node proxy says of the kubelet. Its refusals about our rights are JSON Status objects with code 401/403/404;
 * a kubelet it could not reach is 503 `error trying to reach service: …` (recorded from a real one).
 */
export function reduceSecondSight(by: SecondSight['by'], status: number, said: string): SecondSight {
  const about = { by, status, said: said.slice(0, 300) };
  if (status === 200 || (status === 500 && /healthz check failed/.test(said))) return { ...about, kubelet: 'answers' };
  if (status === 503 || status === 502 || status === 504 || status === 500) {
    if (/connection refused/.test(said)) return { ...about, kubelet: 'refused' };
    if (/no route to host|network is unreachable/.test(said)) return { ...about, kubelet: 'no-route' };
    if (/x509|tls:|remote error/.test(said)) return { ...about, kubelet: 'tls-failed' };
    if (/timeout|deadline|timed out|context canceled/i.test(said)) return { ...about, kubelet: 'timeout' };
  }
  // A kubelet's own plain-text refusal, passed through, still shows that it is there.
  if (/^(Unauthorized$|Forbidden \(user=)/.test(said)) return { ...about, kubelet: 'answers' };
  return { ...about, kubelet: 'unknown' };
}

/**
 * Does this CSR ask exactly for that node: its DNS names and IPs all among the Node's addresses? Node's crypto cannot read a CSR,
 * so the SANs are compared by their bytes: every GeneralName of the request must be one of the Node's.
 */
export function matchesNode(requestBase64: string, node: NodeObject): boolean {
  const der = derOf(requestBase64);
  if (!der) return false;
  const names = subjectAltNames(der);
  const own = new Set([node.node, ...node.addresses.map((a) => a.address)]);
  return names !== undefined && names.length > 0 && names.every((name) => own.has(name));
}

/** Of a request for a client certificate, the node whose identity it asks for: a string in DER has its length before it. */
export function requestedNode(requestBase64: string): string | undefined {
  const der = derOf(requestBase64);
  const at = der?.indexOf(NODE_USER) ?? -1;
  const length = at > 0 ? der?.[at - 1] : undefined;
  return length === undefined ? undefined : der?.toString('latin1', at + NODE_USER.length, at + length);
}

const NODE_USER = 'system:node:';

function derOf(requestBase64: string): Buffer | undefined {
  const pem = Buffer.from(requestBase64, 'base64').toString('latin1');
  const [, body] = /-----BEGIN CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END/.exec(pem) ?? [];
  return body ? Buffer.from(body, 'base64') : undefined;
}

/** OID 2.5.29.17 inside the extension request; the octet string after it is a SEQUENCE of GeneralName ([2] DNS, [7] IP). */
function subjectAltNames(der: Buffer): string[] | undefined {
  const at = der.indexOf(Buffer.from('0603551d11', 'hex'));
  if (at < 0 || der.indexOf(Buffer.from('0603551d11', 'hex'), at + 1) >= 0) return undefined;
  let offset = at + 5;
  if (der[offset] === 0x01) offset += 3;
  const octets = element(der, offset);
  const sequence = octets && der[offset] === 0x04 ? element(der, octets.start) : undefined;
  if (!sequence || der[octets!.start] !== 0x30) return undefined;
  const names: string[] = [];
  for (let next = sequence.start; next < sequence.end; ) {
    const name = element(der, next);
    if (!name || name.end > sequence.end) return undefined;
    const bytes = der.subarray(name.start, name.end);
    if (der[next] === 0x82) names.push(bytes.toString('latin1'));
    else if (der[next] === 0x87) names.push(bytes.length === 4 ? [...bytes].join('.') : ipv6Of(bytes));
    else return undefined;
    next = name.end;
  }
  return names;
}

function element(der: Buffer, offset: number): { start: number; end: number } | undefined {
  const first = der[offset + 1];
  if (first === undefined) return undefined;
  const long = first & 0x80 ? first & 0x7f : 0;
  if (long > 2) return undefined;
  const length = long === 0 ? first : der.readUIntBE(offset + 2, long);
  const start = offset + 2 + long;
  return start + length <= der.length ? { start, end: start + length } : undefined;
}

function ipv6Of(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => (bytes.length === 16 ? bytes.readUInt16BE(i * 2).toString(16) : 'x'));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
