/**
 * Does a proxy setting send the connection to the kubelet, or to the apiserver, to a proxy that does not bring it there? Two questions of one
 * shape. A proxy that delivers is no fault; whether the server behind a failing one is well cannot be known, nothing else reached it.
 */

import { isDnsName, isIp } from '../../kubernetes/names.js';
import { defineCheck, type Feature, type Fix, type Problem, type Say, type Severity, type Verdict, type View } from '../../model/check.js';
import type { Candidate, Fact, Need, Place, ProxyDecision, Setting } from '../../model/facts.js';
import { asksAsKubelet } from '../authentication/replayed.js';
import { fromAfar } from '../shared/address.js';
import { apiserverFeatures, inPod, ownerHere } from '../shared/apiserver.js';
import { cite } from '../shared/cite.js';
import { env, fixBy, shell } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES, agentsCandidate, agentVerifies } from '../shared/kubelet.js';
import { failure, seen, subjectOf } from '../shared/read.js';

/** Both servers for both questions: one line of NO_PROXY must serve them together. */
const NEEDS = [
  'self/place',
  'self/settings',
  'self/kubelet-proxy',
  'kubelet/candidates',
  'kubelet/proxy',
  'kubelet/dns',
  'kubelet/tcp',
  'kubelet/tunnel',
  'kubelet/tls',
  'kubelet/http',
  'apiserver/candidates',
  'apiserver/proxy',
  'apiserver/dns',
  'apiserver/tcp',
  'apiserver/tunnel',
  'apiserver/tls',
  'apiserver/http',
] as const satisfies readonly Need[];

const WORDS = {
  unreachable: '{variable} sends connections to {server} through {proxy}, which does not answer ({code}); {host} is not in NO_PROXY',
  refuses: 'The proxy {proxy} answers instead of {server}: {code} to CONNECT {endpoint}; {host} is not in NO_PROXY',
  answers: 'The proxy {proxy} answers instead of {server}: {code} to {question}; {host} is not in NO_PROXY',
  breaks: 'TLS with {server} fails behind the proxy {proxy} ({code}), through which {variable} sends it',
  opens: 'The proxy {proxy} seems to open the TLS connection to {server}: it shows a certificate of {issuer}',
  noAddress: 'no address of {server} to decide about',
  undecided: 'it is not known yet how connections to {server} leave',
  waiting: 'waiting for the proxy {proxy}',
  socks: 'connections to {server} leave through {proxy}, a kind of proxy that this tool does not speak',
  through: 'through the proxy {proxy} ({variable})',
  excepted: 'direct: {matched} in {variable}',
  sawDecision: '{endpoint} leaves through {proxy} because of {variable}; NO_PROXY: {noProxy}',
  sawService: 'the kubelet runs with {name}={value} ({source})',
  sawFailure: '{code}: {detail}',
  sawCertificate: '{subject}, issuer {issuer}',
  fixAdd: 'Keep {host} out of the proxy’s way: add it to NO_PROXY (now from {from})',
  fixNew: 'Keep {host} out of the proxy’s way: set NO_PROXY, which is not set now',
  fixOwn:
    'Keep each node’s {host} out of the proxy’s way: NO_PROXY with the pod’s own DD_KUBERNETES_KUBELET_HOST, which must stand above it among the variables',
  fixService:
    'Keep {host} out of the proxy’s way for the kubelet: a drop-in of its service with the whole list, then restart it (k3s, RKE2 and microk8s have services of their own)',
  fixElsewhere: 'Take the proxy out of {variable}: NO_PROXY does not count there',
  fixProxy: 'If this connection is meant to take the proxy: let {proxy} pass CONNECT to {endpoint}',
} as const;

const NEEDED_AT = {
  happens:
    'HTTPS_PROXY is set for the whole pod or node (company default, image, containerd drop-in), and NO_PROXY lacks {what}. Go programs, the agent among them, except only localhost by themselves, and understand CIDR in NO_PROXY; many others compare text.',
  confirm: '`env | grep -i _proxy` in the same container; `curl -v https://HOST:PORT/` shows whom it connects to.',
};

export const kubeletProxy = defineCheck({
  question: 'kubelet-proxy',
  asks: 'Do connections to the kubelet stay clear of a proxy that does not deliver them?',
  target: 'kubelet',
  layer: 'proxy',
  required: false,
  needs: NEEDS,
  words: WORDS,
  causes: {
    'proxy-captures-kubelet': {
      title: 'a proxy captures connections to the kubelet',
      means:
        'A proxy variable applies to the node’s address too, so the proxy is asked instead of the kubelet. Its 403, 407 or 502 looks like an answer of the kubelet but is not; its silence looks like a firewall.',
      happens: NEEDED_AT.happens.replace('{what}', 'the nodes’ network'),
      distributions: {
        k3s: '`/etc/systemd/system/k3s.service.env` (or `k3s-agent.service.env`) holds the proxy of the service; pods have their own.',
        RKE2: '`/etc/default/rke2-server` or `/etc/default/rke2-agent` holds the proxy of the service; pods have their own.',
        microk8s: '`/var/snap/microk8s/current/args/containerd-env` holds the proxy of the runtime.',
        OpenShift: 'the cluster-wide Proxy object sets the nodes’ services; what pods get depends on who installed them.',
        'Helm chart': '`datadog.env` reaches every agent container; a variable set on one container only leaves the others.',
        'plain manifests': 'HTTP_PROXY, HTTPS_PROXY and NO_PROXY belong into the env of every container.',
      },
      confirm: NEEDED_AT.confirm,
      fix: 'Add the nodes’ network to NO_PROXY of every agent container; the pods are replaced. For a Go program a range is enough (`10.0.0.0/16`); Python integrations may need the addresses.',
      avoid:
        'Do not open the proxy for 10250: it would carry the agent’s token for every node. Do not change RBAC: a 403 of the proxy is none of the kubelet.',
    },
  },
  judge: (view, say) => judgeCapture(view, say, 'kubelet'),
});

export const apiserverProxy = defineCheck({
  question: 'apiserver-proxy',
  asks: 'Do connections to the apiserver stay clear of a proxy that does not deliver them?',
  target: 'apiserver',
  layer: 'proxy',
  required: false,
  needs: NEEDS,
  words: WORDS,
  causes: {
    'proxy-captures-apiserver': {
      title: 'a proxy captures connections to the apiserver',
      means:
        'A proxy variable (or a kubeconfig’s `proxy-url`) sends the apiserver’s traffic to a proxy that does not bring it there. In a pod that is the service address 10.96.0.1 or `kubernetes.default.svc`.',
      happens: NEEDED_AT.happens.replace('{what}', 'the service network, or `.svc` for the name'),
      confirm: NEEDED_AT.confirm,
      fix: 'Add the service address (and `.svc`, `.cluster.local` for names) to NO_PROXY. From a workstation the proxy may be the only way: then the proxy must allow CONNECT to the apiserver.',
      avoid: 'Do not turn verification off for a proxy that ends TLS: it would read the token of every request.',
    },
  },
  judge: (view, say) => judgeCapture(view, say, 'apiserver'),
});

type Server = 'kubelet' | 'apiserver';
type Proxied = ProxyDecision & { proxy: string };

/** One server's connection, as far as it came. */
interface Path {
  server: Server;
  candidate: Candidate;
  endpoint: string;
  decision: Fact<'proxy'>;
  dns: Fact<'dns'>[];
  tcp: Fact<'tcp'>;
  tunnel: Fact<'tunnel'>;
  tls: Fact<'tls'>;
  http: Fact<'http'>[];
}

function pathTo(view: View<(typeof NEEDS)[number]>, server: Server): Path | undefined {
  const candidate = agentsCandidate(view.one(`${server}/candidates`));
  if (!candidate) return undefined;
  const endpoint = subjectOf(candidate);
  return {
    server,
    candidate,
    endpoint,
    decision: view.one(`${server}/proxy`, endpoint),
    dns: view.all(`${server}/dns`),
    tcp: view.one(`${server}/tcp`, endpoint),
    tunnel: view.one(`${server}/tunnel`, endpoint),
    tls: view.one(`${server}/tls`, endpoint),
    http: view.all(`${server}/http`),
  };
}

/** What is wrong behind the proxy; nothing when it delivers, or has not failed yet. */
type Trouble =
  | { how: 'unreachable' | 'refuses' | 'breaks'; code: string; fact: Fact<'dns' | 'tcp' | 'tunnel' | 'tls'> }
  | { how: 'answers'; code: string; question: string; fact: Fact<'http'> }
  | { how: 'opens'; issuer: string; subject: string; fact: Fact<'tls'> };

function troubleOn(path: Path): Trouble | undefined {
  const decision = proxied(path);
  if (!decision) return undefined;
  const name = path.dns.find((fact) => fact.subject === hostOfUrl(decision.proxy) && failure(fact) !== undefined);
  const hop = [name, path.tcp].find((fact) => fact && failure(fact) !== undefined);
  if (hop) return { how: 'unreachable', code: failure(hop) ?? '', fact: hop };
  const refused = failure(path.tunnel);
  if (refused !== undefined) return { how: 'refuses', code: refused.replace(/^EPROXY(?=\d)/, ''), fact: path.tunnel };
  const broken = failure(path.tls);
  // An alert is a server's own word; whatever came back after that is not the proxy's doing.
  if (broken !== undefined) return /ALERT/.test(broken) ? undefined : { how: 'breaks', code: broken, fact: path.tls };
  const answer = path.http.find((fact) => seen(fact)?.voice === 'proxy');
  if (answer)
    return { how: 'answers', code: String(seen(answer)?.status ?? ''), question: answer.subject.replace(/^\w+ /, ''), fact: answer };
  const handshake = seen(path.tls);
  const leaf = handshake?.chain[0];
  // Signed by nobody we know: a proxy that opens TLS does that. Not the kubelet's own make, and not a CA that lies at hand.
  if (!handshake || !leaf || handshake.trusted || leaf.selfSigned || /-ca@\d+$/.test(leaf.issuer)) return undefined;
  return handshake.trials.some((trial) => trial.verifies)
    ? undefined
    : { how: 'opens', issuer: leaf.issuer, subject: leaf.subject, fact: path.tls };
}

/** What else looks like it, where the proxy is only suspected. */
const LOOK_ALIKE: Record<Server, Record<'breaks' | 'opens', string[]>> = {
  kubelet: {
    breaks: ['kubelet-connection-reset', 'kubelet-hangs'],
    opens: ['kubelet-certificate-unknown-authority'],
  },
  apiserver: {
    breaks: ['apiserver-connection-reset'],
    opens: ['apiserver-certificate-unknown-authority'],
  },
};

function judgeCapture<S extends Server>(
  view: View<(typeof NEEDS)[number]>,
  say: Say<typeof WORDS>,
  which: S,
): Verdict<`proxy-captures-${S}`> {
  const place = seen(view.one('self/place'));
  const settings = view.one('self/settings');
  const paths = { kubelet: pathTo(view, 'kubelet'), apiserver: pathTo(view, 'apiserver') };
  const [path, other] = [paths[which], paths[which === 'kubelet' ? 'apiserver' : 'kubelet']];
  const server = `the ${which}`;
  if (!path) return { kind: 'cannot-tell', why: say('noAddress', { server }), wants: [] };
  const decided = seen(path.decision);
  if (!decided) return { kind: 'cannot-tell', why: say('undecided', { server }), wants: [] };
  const decision = proxied(path);
  if (!decision) {
    const { matched, variable } = decided;
    return matched ? { kind: 'pass', note: say('excepted', { matched, variable: variable ?? 'NO_PROXY' }) } : { kind: 'pass' };
  }
  const { proxy } = decision;
  if (/^socks/i.test(proxy)) return { kind: 'cannot-tell', why: say('socks', { server, proxy }), wants: [] };
  const named = decision.variable ?? 'HTTPS_PROXY';
  const variable = asksAsKubelet(settings) ? `${named} of the kubelet's service` : named;
  const trouble = troubleOn(path);
  if (!trouble) {
    const delivered = seen(path.tls) !== undefined || failure(path.tls) !== undefined;
    return delivered
      ? { kind: 'pass', note: say('through', { proxy, variable }) }
      : { kind: 'cannot-tell', why: say('waiting', { proxy }), wants: [] };
  }

  const { candidate, endpoint } = path;
  const { host } = candidate;
  const ofKubelet = asksAsKubelet(settings);
  const service = view.one('self/kubelet-proxy');
  const owner = ofKubelet ? 'node' : place?.agentEnvironment ? 'agent' : ownerHere(place);
  const everywhere = owner === 'agent' && inPod(place);
  const exempt = [path, ...(other && troubleOn(other) ? [other] : [])].map((each) => exemptionFor(each, everywhere));
  const lines = linesToSet(exempt, decision, seen(settings) ?? []);
  const isVariable = /^(https?|all)_proxy$/i.test(named);
  const first: Fix = !isVariable
    ? fixBy(owner, 'config', say('fixElsewhere', { variable }))
    : fixBy(
        owner,
        ofKubelet ? 'restart' : 'config',
        ofKubelet
          ? say('fixService', { host })
          : exempt.includes(OWN_HOST)
            ? say('fixOwn', { host })
            : lines.from
              ? say('fixAdd', { host, from: lines.from })
              : say('fixNew', { host }),
        lines.values ? (ofKubelet ? shell(dropIn(lines.values)) : env(lines.values)) : {},
      );
  const suspected = trouble.how === 'breaks' || trouble.how === 'opens';
  const severity = severityOf(path, place, which === 'apiserver' || agentVerifies(settings) || trouble.how !== 'opens');
  const features: Feature[] = which === 'kubelet' ? ALL_KUBELET_FEATURES : apiserverFeatures(settings);
  const problem: Problem<`proxy-captures-${S}`> = {
    kind: 'problem',
    cause: `proxy-captures-${which}`,
    severity,
    certainty: suspected ? 'suspected' : 'proven',
    ...(suspected ? { alternatives: LOOK_ALIKE[which][trouble.how as 'breaks' | 'opens'] } : {}),
    title: titleOf(trouble, say, { server, proxy, variable, host, endpoint }),
    features: severity === 'blocks' ? features : [],
    evidence: [
      cite(path.decision, say('sawDecision', { endpoint, proxy, variable, noProxy: decision.noProxy || 'not set' })),
      ...(seen(service) ?? [])
        .filter(() => ofKubelet)
        .map(({ name, value, source }) => cite(service, say('sawService', { name, value, source }))),
      cite(
        trouble.fact,
        trouble.how === 'opens'
          ? say('sawCertificate', { subject: trouble.subject, issuer: trouble.issuer })
          : say('sawFailure', { code: trouble.code, detail: detailOf(trouble.fact) }),
      ),
    ],
    fixes: [first, fixBy('network', 'config', say('fixProxy', { proxy, endpoint }))],
  };
  return problem;
}

function titleOf(
  trouble: Trouble,
  say: Say<typeof WORDS>,
  args: { server: string; proxy: string; variable: string; host: string; endpoint: string },
) {
  if (trouble.how === 'opens') return say('opens', { ...args, issuer: trouble.issuer });
  if (trouble.how === 'answers') return say('answers', { ...args, code: trouble.code, question: trouble.question });
  return say(trouble.how, { ...args, code: trouble.code });
}

function severityOf({ candidate }: Path, place: Place | undefined, breaksTheAgent: boolean): Severity {
  if (fromAfar(place, candidate) && candidate.origin === 'node-object') return 'note';
  return breaksTheAgent ? 'blocks' : 'risk';
}

function proxied({ decision }: Path): Proxied | undefined {
  const decided = seen(decision);
  return decided?.via === 'proxy' ? { ...decided, proxy: decided.proxy ?? 'the proxy' } : undefined;
}

function detailOf({ outcome }: Fact<'dns' | 'tcp' | 'tunnel' | 'tls' | 'http'>): string {
  if (outcome.status === 'failed') return outcome.detail;
  return outcome.status === 'observed' && 'body' in outcome.data ? outcome.data.body : '';
}

/** As Kubernetes fills it in for each pod, from a variable that stands above (k8s.io/api core/v1, EnvVar.Value). */
const OWN_HOST = '$(DD_KUBERNETES_KUBELET_HOST)';

/** What to except: for a kubelet its neighbours too, since the same line serves the agent on every node; for the rest the host alone. */
function exemptionFor({ server, candidate: { host, origin, source } }: Path, everywhere: boolean): string {
  const [, network] = /^(\d+\.\d+\.\d+)\.\d+$/.exec(host) ?? [];
  if (server !== 'kubelet') return host;
  if (network && isIp(host)) return `${network}.0/24`;
  return everywhere && origin === 'setting' && source === 'DD_KUBERNETES_KUBELET_HOST' ? OWN_HOST : host;
}

interface Lines {
  /** Where NO_PROXY comes from now. */
  from?: string;
  /** Missing when something in it may not be printed for pasting. */
  values?: Record<string, string>;
}

/** The list as it stands plus what it lacks, for each spelling that is set; else for the spelling of the variable that decided. */
function linesToSet(exempt: string[], decision: Proxied, settings: readonly Setting[]): Lines {
  const set = settings.filter((s) => /^(no_proxy|proxy\.no)$/i.test(s.setting) && s.value !== '');
  const lists = set.map((s) => ({ name: /no_proxy/i.exec(`${s.setting} ${s.source}`)?.[0] ?? 'NO_PROXY', value: s.value }));
  const upper = decision.variable === decision.variable?.toUpperCase();
  if (lists.length === 0) lists.push({ name: upper ? 'NO_PROXY' : 'no_proxy', value: decision.noProxy ?? '' });
  const from = lists.some((list) => list.value !== '') ? lists.map((list) => list.name).join(' and ') : undefined;
  const values = Object.fromEntries(
    lists.map(({ name, value }) => {
      const tokens = value
        .split(',')
        .map((token) => token.trim())
        .filter((token) => token !== '');
      return [name, [...new Set([...tokens, ...exempt])].join(',')];
    }),
  );
  const printable = Object.values(values).every((value) => /^[A-Za-z0-9.*:_/,[\]-]+$/.test(value.replace(OWN_HOST, '')));
  return { from, values: printable && exempt.every(isExemption) ? values : undefined };
}

/**
 * A file of variables, named by the last drop-in: whatever `Environment=` says, an `EnvironmentFile=` overrides it, and of several the last counts
 * (systemd.exec(5)). The values passed the same guard as lines to paste.
 */
function dropIn(values: Record<string, string>): string {
  const directory = '/etc/systemd/system/kubelet.service.d';
  return [
    `mkdir -p ${directory}`,
    `cat > ${directory}/99-no-proxy.conf <<'END'`,
    '[Service]',
    `EnvironmentFile=${directory}/99-no-proxy.env`,
    'END',
    `cat > ${directory}/99-no-proxy.env <<'END'`,
    ...Object.entries(values).map(([name, value]) => `${name}=${value}`),
    'END',
    'systemctl daemon-reload',
    'systemctl restart kubelet',
  ].join('\n');
}

function isExemption(token: string): boolean {
  return token === OWN_HOST || isIp(token.replace(/\/\d+$/, '')) || isDnsName(token);
}

/** Host of `http://proxy:3128`. */
function hostOfUrl(url: string): string {
  const authority = url.replace(/^[a-z0-9+.-]+:\/\//i, '').replace(/\/.*$/s, '');
  return authority.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
