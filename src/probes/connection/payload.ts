/**
 * Reads answers by their shape: who speaks, what a 2xx body is. Pure. Everything here is a server's word and may be
 * hostile: bounded, matched against closed patterns, and reduced at once, since `/pods` and `/configz` hold plaintext secrets.
 */
import { record } from '../../kubernetes/json.js';
import { BOUNDS, isNestedDeeper, tooMuchJson } from '../../model/bounds.js';
import type { Payload, Voice } from '../../model/facts.js';

/** Response headers, names in lower case, as undici and node:http give them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

const header = (headers: Headers, name: string): string => {
  const value = headers[name];
  return typeof value === 'string' ? value : (value?.[0] ?? '');
};

/** Words only a kubelet says (pkg/kubelet/server/server.go, 1.25–1.37, and its go-restful `Internal Error:`). */
const KUBELET_WORDS = [
  /^Forbidden \(user=/,
  /^Authorization error \(user=/,
  /^(?:Debug endpoints are|(?:logs|profiling|flags) endpoint is) disabled\./,
  /^\s*\{\s*"kubeletconfig"\s*:/,
  /^\s*\{\s*"node"\s*:\s*\{\s*"nodeName"\s*:/,
  /^Internal Error: /,
];

/** Words a kubelet says that any Go program could say too: they count only where no proxy left its mark. */
const PLAIN_WORDS: [number, RegExp][] = [
  [401, /^Unauthorized$/],
  [404, /^404 page not found\n?$/],
  [200, /^ok$/],
  [200, /^# (?:HELP|TYPE) /],
  [500, /^\[[+-]\][\s\S]*healthz check failed\n?$/],
  [200, /^(?:<!doctype html>\n<meta name="viewport" content="width=device-width">\n)?<pre>\n/], // the file server behind /logs/
];

const PROXY_HEADERS = [
  'via',
  'server',
  'proxy-authenticate',
  'proxy-status',
  'proxy-connection',
  'x-squid-error',
  'x-envoy-upstream-service-time',
];

/**
 * Who seems to have answered. `headers` by lower-case name, `body` may be cut.
 * The apiserver marks answers with X-Kubernetes-Pf-* (priority and fairness) and every one, its 401s included, with Audit-Id; a server built
 * on the same library (metrics-server, also on 10250) without them speaks `Status` JSON alone. Neither Go server sends `Server` or `Via`.
 */
export function recogniseVoice(status: number, headers: Headers, body: string): Voice {
  const names = Object.keys(headers);
  if (names.some((name) => name.startsWith('x-kubernetes-pf-')) || header(headers, 'audit-id') !== '') return 'apiserver';
  if (status === 429 && body.startsWith('Too many requests, please try again later.')) return 'apiserver';
  if (KUBELET_WORDS.some((words) => words.test(body))) return 'kubelet';
  const kind = kindOf(body);
  if (kind === 'PodList' && status < 300) return 'kubelet';
  if (kind !== undefined) return 'kubernetes-api-other';
  if (status === 407 || PROXY_HEADERS.some((name) => header(headers, name) !== '')) return 'proxy';
  const plain = !header(headers, 'www-authenticate') && PLAIN_WORDS.some(([code, words]) => code === status && words.test(body));
  if (plain) return 'kubelet';
  return /^\s*<(?:!doctype html|html|head)/i.test(body) || header(headers, 'content-type').startsWith('text/html') ? 'proxy' : 'unknown';
}

/** `kind` of a Kubernetes object, whose JSON may be cut, indented and in either order of `kind` and `apiVersion`. */
function kindOf(body: string): string | undefined {
  return /^\s*\{\s*(?:"apiVersion"\s*:\s*"[^"]{1,80}"\s*,\s*)?"kind"\s*:\s*"([A-Za-z]{1,60})"/.exec(body.slice(0, 400))?.[1];
}

/** Lists and objects that may be built before it is known how deep they are: of 24 bytes and more each, however little text they are of. */
const MOST_OPENED = 100_000;

/** Parsed JSON, or undefined: the text is cut, not JSON, or nothing that readers can walk. */
export function parseJson(text: string): unknown {
  // A table of thousands of rows is built in a fraction of the time that it takes to look at each of its characters.
  const isBuilt = text.length <= BOUNDS.answerValues && opened(text, '[') + opened(text, '{') <= MOST_OPENED;
  if (!isBuilt && tooMuchJson(text, BOUNDS.answerValues)) return undefined;
  try {
    const json: unknown = JSON.parse(text);
    return isBuilt && isNestedDeeper(json) ? undefined : json;
  } catch {
    return undefined;
  }
}

/** How often it stands there, in strings too; once it is too often, at least that. */
function opened(text: string, sign: string): number {
  let count = 0;
  for (let at = text.indexOf(sign); at >= 0 && count <= MOST_OPENED; at = text.indexOf(sign, at + 1)) count += 1;
  return count;
}

/**
 * What a 2xx body is, keeping only what `Payload` holds. A body cut at the read bound is still recognised by its beginning;
 * `items` and the kubelet's settings then stay unknown. `parsed` is the body as JSON, for whoever has it.
 */
export function recognisePayload(path: string, body: string, parsed: () => unknown = () => parseJson(body)): Payload {
  const route = path.split('?', 1)[0] ?? '';
  if (kindOf(body) === 'PodList') {
    const items = record(parsed()).items;
    // A kubelet without pods writes `"items":null`.
    const node = nodeOfPods(body);
    return {
      recognised: 'pod-list',
      ...(node && { node }),
      ...(Array.isArray(items) ? { items: items.length } : items === null ? { items: 0 } : {}),
    };
  }
  const summary = /^\s*\{\s*"node"\s*:\s*\{\s*"nodeName"\s*:\s*"([^"\\]{0,253})"/.exec(body.slice(0, 600));
  if (summary) {
    const node = summary[1] ?? '';
    return { recognised: 'stats-summary', ...(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(node) ? { node } : {}) };
  }
  if (/^\s*\{\s*"kubeletconfig"\s*:\s*\{/.test(body)) return { recognised: 'kubelet-configuration', ...kubeletSettings(parsed()) };
  if (
    /^# (?:HELP|TYPE) [A-Za-z_:]/.test(body) ||
    /^[A-Za-z_:][\w:]*(?:\{[^\n]*\})? [-+0-9.eEInfNa]+(?: \d+)?\r?\n/.test(body.slice(0, 4096))
  ) {
    return { recognised: 'metrics' };
  }
  if (/^\/(?:healthz|livez|readyz)(?:\/|$)/.test(route) && /^ok\n?$|^\[\+\][\s\S]* check passed\n?$/.test(body)) {
    return { recognised: 'healthz-ok' };
  }
  return { recognised: 'unrecognised' };
}

/** Labels of an RFC 1123 name. */
const NODE_NAME = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * The one node that all of these pods are on: a kubelet has no others (static pods get its name, pkg/kubelet/config). Read from the text, for a list
 * may be cut; inside a string the quotes would be escaped, so this is a key, and only a PodSpec has one of that name.
 */
function nodeOfPods(body: string): string | undefined {
  const names = new Set([...body.matchAll(/"nodeName"\s*:\s*"([^"\\]*)"/g)].map(([, name]) => name ?? ''));
  const [node] = names;
  return names.size === 1 && node !== undefined && NODE_NAME.test(node) ? node : undefined;
}

/** The settings of /configz that checks read; a whole body holds tokens in static pod URLs' headers and more. */
function kubeletSettings(parsed: unknown): Pick<Payload, 'kubelet'> {
  if (parsed === undefined) return {};
  const config = record(record(parsed).kubeletconfig);
  const authentication = record(config.authentication);
  const anonymous = record(authentication.anonymous).enabled;
  const webhook = record(authentication.webhook).enabled;
  const mode = record(config.authorization).mode;
  const clientCa = record(authentication.x509).clientCAFile;
  // `omitempty`: a closed read-only port is not written (k8s.io/kubelet/config/v1beta1).
  const port = config.readOnlyPort ?? 0;
  return {
    kubelet: {
      ...(typeof anonymous === 'boolean' ? { anonymous } : {}),
      ...(typeof webhook === 'boolean' ? { webhook } : {}),
      ...(typeof mode === 'string' && /^[A-Za-z]{1,32}$/.test(mode) ? { authorizationMode: mode } : {}),
      clientCaFile: typeof clientCa === 'string' && clientCa !== '',
      ...(typeof port === 'number' && Number.isInteger(port) ? { readOnlyPort: port } : {}),
    },
  };
}
