import { apiserverProxy, kubeletProxy } from '../../../src/checks/connection/proxy-capture/check.js';
import type { AnyFact, Candidate, HttpAnswer, ProxyDecision, Setting, TlsHandshake } from '../../../src/model/facts.js';
import { certificate, fact, failed, handshake, inPod, pending } from '../facts.js';
import { judgeTable, type Row } from '../table.js';

type Server = 'kubelet' | 'apiserver';
const HOSTS = { kubelet: { host: '10.0.0.7', port: 10250 }, apiserver: { host: '10.96.0.1', port: 443 } } as const;
const ENDPOINTS = { kubelet: '10.0.0.7:10250', apiserver: '10.96.0.1:443' } as const;
const PROXY = 'http://proxy.corp:3128';

const variables = (values: Record<string, string>): Setting[] =>
  Object.entries(values).map(([setting, value]) => ({ setting, value, origin: 'environment', source: setting }));
const start = (values: Record<string, string> = {}): AnyFact[] => [inPod(), fact('self/settings', variables(values))];
const at = (server: Server, change: Partial<Candidate> = {}): AnyFact =>
  fact(`${server}/candidates`, [{ ...HOSTS[server], origin: 'setting', source: 'X', ...change }]);
const sends = (server: Server, change: Partial<ProxyDecision> = {}): AnyFact =>
  fact(`${server}/proxy`, { via: 'proxy', proxy: PROXY, variable: 'HTTPS_PROXY', ...change }, ENDPOINTS[server]);
const refuses = (server: Server, status = 403): AnyFact =>
  failed(`${server}/tunnel`, ENDPOINTS[server], `EPROXY${status}`, { proxy: PROXY, status });
const tls = (server: Server, change: Partial<TlsHandshake> = {}): AnyFact => fact(`${server}/tls`, handshake(change), ENDPOINTS[server]);
const answer = (server: Server, voice: HttpAnswer['voice'], status: number): AnyFact =>
  fact(`${server}/http`, { method: 'GET', path: '/pods', as: 'nobody', status, body: 'Access denied', voice }, 'nobody GET /pods');
const corporate = { trusted: false, chain: [certificate({ issuer: 'CN=Corporate Inspection CA' })] };

/** The same questions of either server. `line`: what is added to NO_PROXY. */
function rows(server: Server, line: string): Row[] {
  const cause = `proxy-captures-${server}`;
  const escaped = line.replaceAll('.', '\\.');
  return [
    { row: 'no address', facts: start(), expect: 'cannot-tell' },
    { row: 'not decided yet', facts: [...start(), at(server)], expect: 'cannot-tell' },
    {
      row: 'no proxy',
      facts: [...start(), at(server), sends(server, { via: 'direct', proxy: undefined, variable: undefined })],
      expect: 'pass',
    },
    {
      row: 'excepted by NO_PROXY',
      facts: [...start(), at(server), sends(server, { via: 'direct', proxy: undefined, variable: 'NO_PROXY', matched: '10.0.0.0/8' })],
      expect: 'pass',
      says: /direct: 10\.0\.0\.0\/8 in NO_PROXY/,
    },
    {
      row: "the proxy of the kubelet's own service",
      facts: [
        inPod({ place: 'node', vantage: 'host-network', agentEnvironment: false }),
        fact('self/settings', [
          { setting: 'apiserver.kubeletIdentity', value: 'used', origin: 'file', source: '/etc/kubernetes/kubelet.conf' },
          {
            setting: 'NO_PROXY',
            value: 'localhost',
            origin: 'file',
            source: "the kubelet's service, /etc/systemd/system/kubelet.service.d/p.conf:3",
          },
        ]),
        fact('self/kubelet-proxy', [{ name: 'HTTPS_PROXY', value: PROXY, source: '/etc/systemd/system/kubelet.service.d/p.conf:2' }]),
        at(server),
        sends(server),
        refuses(server),
      ],
      expect: { cause, certainty: 'proven' },
      witnesses: [`${server}/proxy`, `${server}/tunnel`],
      says: new RegExp(`p\\.conf:2.*"owner":"node","changes":"restart".*99-no-proxy\\.conf.*NO_PROXY=localhost,${escaped}`),
    },
    {
      row: 'waiting for the proxy',
      facts: [...start(), at(server), sends(server), pending(`${server}/tcp`, ENDPOINTS[server])],
      expect: 'cannot-tell',
    },
    {
      row: 'a proxy that delivers is no fault',
      facts: [...start(), at(server), sends(server), tls(server)],
      expect: 'pass',
      says: /through the proxy http/,
    },
    {
      row: "an alert is the server's own word",
      facts: [...start(), at(server), sends(server), failed(`${server}/tls`, ENDPOINTS[server], 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR')],
      expect: 'pass',
    },
    {
      row: 'SOCKS: not ours to speak',
      facts: [...start(), at(server), sends(server, { proxy: 'socks5://p:1080' })],
      expect: 'cannot-tell',
    },
    {
      row: 'the proxy does not answer',
      facts: [...start(), at(server), sends(server), failed(`${server}/tcp`, ENDPOINTS[server], 'ECONNREFUSED')],
      expect: { cause, certainty: 'proven', severity: 'blocks' },
      witnesses: [`${server}/proxy`, `${server}/tcp`],
      says: new RegExp(`does not answer.*ECONNREFUSED.*Set NO_PROXY \\(now unset\\) for .*"NO_PROXY=${escaped}"`),
    },
    {
      row: "the proxy's name is unknown",
      facts: [...start(), at(server), sends(server), failed(`${server}/dns`, 'proxy.corp', 'ENOTFOUND')],
      expect: { cause, certainty: 'proven' },
      witnesses: [`${server}/proxy`, `${server}/dns`],
      says: /ENOTFOUND/,
    },
    {
      row: "another name that does not resolve is not the proxy's",
      facts: [...start(), at(server), sends(server), failed(`${server}/dns`, 'kubernetes.default.svc', 'ENOTFOUND'), tls(server)],
      expect: 'pass',
    },
    {
      row: 'CONNECT refused: the list is kept and extended, with its networks',
      facts: [
        ...start({ NO_PROXY: 'localhost,.svc, 192.168.0.0/16' }),
        at(server),
        sends(server, { noProxy: 'localhost,.svc, 192.168.0.0/16' }),
        refuses(server),
      ],
      expect: { cause, certainty: 'proven' },
      witnesses: [`${server}/proxy`, `${server}/tunnel`],
      says: new RegExp(
        `answers 403 instead of the ${server}.*Add [^"]* to NO_PROXY".*"NO_PROXY=localhost,\\.svc,192\\.168\\.0\\.0/16,${escaped}"`,
      ),
    },
    {
      row: 'both spellings are set: both are given',
      facts: [
        ...start({ NO_PROXY: 'a.example', no_proxy: 'b.example' }),
        at(server),
        sends(server, { noProxy: 'a.example' }),
        refuses(server, 502),
      ],
      expect: { cause },
      witnesses: [`${server}/proxy`, `${server}/tunnel`],
      says: new RegExp(`NO_PROXY=a\\.example,${escaped}\\\\nno_proxy=b\\.example,${escaped}"`),
    },
    {
      row: 'set in lower case only',
      facts: [...start(), at(server), sends(server, { variable: 'https_proxy' }), refuses(server)],
      expect: { cause },
      witnesses: [`${server}/proxy`, `${server}/tunnel`],
      says: new RegExp(`"no_proxy=${escaped}"`),
    },
    {
      row: 'both servers are captured: one line serves both',
      facts: [
        ...start(),
        at('kubelet'),
        at('apiserver'),
        sends('kubelet'),
        sends('apiserver'),
        failed('kubelet/tcp', ENDPOINTS.kubelet, 'ETIMEDOUT'),
        failed('apiserver/tcp', ENDPOINTS.apiserver, 'ETIMEDOUT'),
      ],
      expect: { cause },
      witnesses: [`${server}/proxy`, `${server}/tcp`],
      says: server === 'kubelet' ? /NO_PROXY=10\.0\.0\.0\/24,10\.96\.0\.1"/ : /NO_PROXY=10\.96\.0\.1,10\.0\.0\.0\/24"/,
    },
    {
      row: "the kubelet is dialled by its node's name: the same line is for every node, so it is each pod's own",
      facts: [
        ...start({ NO_PROXY: '.svc' }),
        at('kubelet', { host: 'n1.example', source: 'DD_KUBERNETES_KUBELET_HOST' }),
        at('apiserver'),
        fact('kubelet/proxy', { via: 'proxy', proxy: PROXY, variable: 'HTTPS_PROXY' }, 'n1.example:10250'),
        sends('apiserver'),
        failed('kubelet/tcp', 'n1.example:10250', 'ETIMEDOUT'),
        failed('apiserver/tcp', ENDPOINTS.apiserver, 'ETIMEDOUT'),
      ],
      expect: { cause },
      witnesses: [`${server}/proxy`, `${server}/tcp`],
      says: /below its entry.*"NO_PROXY=\.svc,(10\.96\.0\.1,)?\$\(DD_KUBERNETES_KUBELET_HOST\)/,
      neverSays: /NO_PROXY=[^"]*n1\.example/,
    },
    {
      row: 'a list that cannot be pasted is not printed for pasting',
      facts: [...start(), at(server), sends(server, { noProxy: 'a;reboot' }), refuses(server)],
      expect: { cause },
      witnesses: [`${server}/proxy`, `${server}/tunnel`],
      neverSays: /"steps"/,
    },
    {
      row: 'nor a host that is none',
      facts: [
        ...start(),
        at(server, { host: 'a_b' }),
        fact(`${server}/proxy`, { via: 'proxy', proxy: PROXY, variable: 'HTTPS_PROXY' }, `a_b:${HOSTS[server].port}`),
        failed(`${server}/tunnel`, `a_b:${HOSTS[server].port}`, 'EPROXY403'),
      ],
      expect: { cause },
      witnesses: [`${server}/proxy`, `${server}/tunnel`],
      neverSays: /"steps"/,
    },
    {
      row: "a kubeconfig's proxy-url: NO_PROXY does not count",
      facts: [...start(), at(server), sends(server, { variable: 'kubeconfig proxy-url' }), refuses(server)],
      expect: { cause },
      witnesses: [`${server}/proxy`, `${server}/tunnel`],
      says: /Remove the proxy from kubeconfig proxy-url/,
      neverSays: /"steps"/,
    },
    {
      row: 'the proxy itself answers in HTTP',
      facts: [...start(), at(server), sends(server), tls(server), answer(server, 'proxy', 407)],
      expect: { cause, certainty: 'proven' },
      witnesses: [`${server}/proxy`, `${server}/http`],
      says: new RegExp(`answers 407 instead of the ${server}.*GET /pods: 407`),
    },
    {
      row: 'TLS breaks off inside the tunnel',
      facts: [...start(), at(server), sends(server), failed(`${server}/tls`, ENDPOINTS[server], 'ECONNRESET')],
      expect: { cause, certainty: 'suspected' },
    },
    {
      row: 'a certificate that nobody at hand signed',
      facts: [...start(), at(server), sends(server), tls(server, corporate)],
      expect: { cause, certainty: 'suspected', severity: 'blocks' },
      says: /CN=Corporate Inspection CA/,
    },
    {
      row: 'a CA at hand signed it: not the proxy',
      facts: [
        ...start(),
        at(server),
        sends(server),
        tls(server, { ...corporate, trials: [{ authority: '/other.crt', inUse: false, verifies: true }] }),
      ],
      expect: 'pass',
    },
    {
      row: "the kubelet's own make: not the proxy",
      facts: [
        ...start(),
        at(server),
        sends(server),
        tls(server, { trusted: false, chain: [certificate({ issuer: 'CN=n1-ca@1700000000' })] }),
      ],
      expect: 'pass',
    },
  ];
}

judgeTable(kubeletProxy, [
  ...rows('kubelet', '10.0.0.0/24'),
  {
    row: 'an agent that does not verify works on behind a proxy that opens TLS: a risk',
    facts: [...start({ 'kubelet.tlsVerify': 'false' }), at('kubelet'), sends('kubelet'), tls('kubelet', corporate)],
    expect: { cause: 'proxy-captures-kubelet', severity: 'risk' },
  },
  {
    row: 'a workstation that found the node itself: a note',
    facts: [
      inPod({ place: 'workstation', vantage: 'workstation', agentEnvironment: false }),
      fact('self/settings', []),
      at('kubelet', { origin: 'node-object' }),
      sends('kubelet'),
      refuses('kubelet'),
    ],
    expect: { cause: 'proxy-captures-kubelet', severity: 'note' },
    witnesses: ['kubelet/proxy', 'kubelet/tunnel'],
    says: /"owner":"workstation"/,
  },
  {
    row: "a node's name is excepted by name",
    facts: [
      ...start(),
      at('kubelet', { host: 'n1.example' }),
      fact('kubelet/proxy', { via: 'proxy', proxy: PROXY, variable: 'HTTPS_PROXY' }, 'n1.example:10250'),
      failed('kubelet/tunnel', 'n1.example:10250', 'ETIMEDOUT'),
    ],
    expect: { cause: 'proxy-captures-kubelet' },
    witnesses: ['kubelet/proxy', 'kubelet/tunnel'],
    says: /"NO_PROXY=n1\.example"/,
  },
]);
judgeTable(apiserverProxy, [
  ...rows('apiserver', '10.96.0.1'),
  {
    row: 'a proxy that wants a password',
    facts: [...start({ HTTPS_PROXY: PROXY }), at('apiserver'), sends('apiserver'), refuses('apiserver', 407)],
    expect: { cause: 'proxy-captures-apiserver', certainty: 'proven', severity: 'blocks' },
    witnesses: ['apiserver/proxy', 'apiserver/tunnel'],
    says: /407/,
  },
]);
