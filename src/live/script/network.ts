/** What the script heard, in place of a network: the same layers, read from its blocks by the same reducers. */
import { isIP } from 'node:net';
import type { Host } from '../../host/host.js';
import type { CredentialKind } from '../../model/facts/connection.js';
import type { DnsAnswer, Outcome, TcpConnection, TlsHandshake, TunnelAnswer } from '../../model/facts.js';
import type { AuthorityAtHand } from '../../probes/connection/tls.js';
import type { Wire } from '../../probes/connection/wire.js';
import { type ClientCertificate, describePair, type KeyState } from '../../probes/credentials/certificate.js';
import type { Answers, Block } from './answers.js';
import { exchangeIn, headOf, isByCurl, isExchange, metaOf, tcpIn, tunnelIn } from './exchange.js';
import { handshakeIn, tcpInHandshake } from './handshake.js';
import { fileWords, LEFT_OUT } from './host.js';

const NOT_ASKED: Outcome<never> = { status: 'absent', why: 'not-attempted', detail: 'the script did not ask this' };
/** getent asks each nameserver for five seconds, twice; a quicker no is an answer. */
const SILENT_SECONDS = 4;

const KUBECONFIG_LEFT_OUT = 'the script reads no kubeconfig, and DD_KUBERNETES_KUBECONFIG_PATH names one';
const NEIGHBOUR = /^\/proc\/\d{1,9}\/root\/var\/run\/secrets\/kubernetes\.io\/serviceaccount\/token$/;
const KEY_STATES: readonly string[] = ['fits', 'other', 'encrypted', 'damaged', 'none', 'empty'] satisfies KeyState[];
const isKeyState = (state: string): state is KeyState => KEY_STATES.includes(state);
const isKey = ({ kind, words: [, ...path] }: Block, keyPath: string) => kind === 'key' && path.join(' ') === keyPath;

/** How an attempt and a session are answered without asking. */
export interface Recorded {
  /** `names`: those that a resolver asks for this one. */
  lookup(name: string, names: readonly string[], nameservers: readonly string[]): Outcome<DnsAnswer>;
  tcp(endpoint: string): Outcome<TcpConnection>;
  tunnel(endpoint: string, proxy: string): Outcome<TunnelAnswer>;
  tls(endpoint: string, about: { serverName: string; authorities: AuthorityAtHand[]; nowMs: number }): Outcome<TlsHandshake>;
  wire(endpoint: string, as: CredentialKind): Wire;
  /** The agent's own certificate, with the key that the script compared with it. */
  clientCertificate(host: Host, certPath: string, keyPath: string): Promise<ClientCertificate>;
  /** Tokens beside the processes of other containers, with what is mounted there. */
  neighbours: { path: string; mountinfo: string }[];
  /** Its end is missing. */
  isCut: boolean;
  /** Why the apiserver was not asked at all. */
  apiserverLeftOut?: string;
  /** A health check in plain HTTP; undefined where it was not asked. */
  plain(host: string, port: number): { code: string } | { status: number; body: string } | undefined;
}

export function recordedIn({ blocks, beganMs, isWhole }: Answers): Recorded {
  const of = (kind: string, ...words: string[]) =>
    blocks.find((block) => block.kind === kind && words.every((word, at) => block.words[at] === word));
  const named = (variable: string) => of('env')?.lines.some((line) => line.startsWith(`${variable}=`) && !line.endsWith('='));
  const looked = (endpoint: string) => of('http', endpoint, 'anonymous');
  return {
    lookup(name, names, nameservers) {
      const bare = name.replace(/^\[(.*)\]$/, '$1');
      const family = isIP(bare);
      const literal = family === 4 || family === 6 ? [{ address: bare, family: family as 4 | 6 }] : undefined;
      if (literal) return observed({ addresses: literal, from: 'literal', asked: [], nameservers: [...nameservers] });
      const block = of('dns', name);
      return block ? lookupIn(block, name, [...names], [...nameservers]) : NOT_ASKED;
    },
    tcp(endpoint) {
      const [asked, shaken] = [looked(endpoint), of('tls', endpoint)];
      if (asked && isByCurl(asked)) return tcpIn(asked, endpoint);
      return shaken ? tcpInHandshake(shaken, endpoint) : NOT_ASKED;
    },
    tunnel(endpoint, proxy) {
      const asked = looked(endpoint);
      return asked ? tunnelIn(asked, proxy) : NOT_ASKED;
    },
    tls(endpoint, about) {
      const block = of('tls', endpoint);
      return block ? handshakeIn(block, about) : NOT_ASKED;
    },
    wire: (endpoint, as) => ({
      load: async () => {},
      async exchange({ method, path, body }) {
        const json = body === undefined ? undefined : JSON.stringify(body);
        const found = blocks.find((block) => isExchange(block, { endpoint, as, method, path, json }));
        return exchangeIn(found, beganMs);
      },
      close: async () => {},
      connections: 0,
      requests: 0,
      answered: 0,
    }),
    async clientCertificate(host, certPath, keyPath) {
      const [cert, [state = 'ENOENT'] = []] = [await host.readFile(certPath), blocks.find((block) => isKey(block, keyPath))?.words];
      if (!cert.ok) return { outcome: { status: 'failed', code: cert.code, detail: `${certPath}: ${cert.detail}` } };
      if (!isKeyState(state)) return { outcome: { status: 'failed', code: state, detail: `${keyPath}: ${fileWords(state)}` } };
      const { outcome, certPem } = describePair(cert.text, state, { source: certPath, keySource: keyPath });
      return { outcome, ...(outcome.status === 'observed' && { certPem, keyPem: LEFT_OUT }) };
    },
    isCut: !isWhole,
    neighbours: blocks.flatMap(({ kind, words: [path = ''], lines }) =>
      kind === 'neighbour' && NEIGHBOUR.test(path) ? [{ path, mountinfo: lines.join('\n') }] : [],
    ),
    ...(named('DD_KUBERNETES_KUBECONFIG_PATH') && { apiserverLeftOut: KUBECONFIG_LEFT_OUT }),
    plain(host, port) {
      const block = of('plain', `${host}:${port}`);
      if (!block) return undefined;
      const { exit } = metaOf(block);
      const at = block.lines.findIndex((line) => /^HTTP\/1/.test(line));
      if (at >= 0)
        return { status: headOf(block.lines.slice(at)).status, body: headOf(block.lines.slice(at)).body.replace(/\n@exit[\s\S]*$/, '') };
      return { code: exit === 28 ? 'ETIMEDOUT' : exit === 7 ? refusalIn(block) : 'ECONNRESET' };
    },
  };
}

const observed = <T>(data: T): Outcome<T> => ({ status: 'observed', data, ms: 0 });

function refusalIn({ lines }: Block): string {
  return lines.some((line) => /No route to host|Network is unreachable/i.test(line)) ? 'EHOSTUNREACH' : 'ECONNREFUSED';
}

/** `10.0.0.1 STREAM name`, a line a type of socket; then how getent ended. */
function lookupIn({ words, lines }: Block, name: string, asked: string[], nameservers: string[]): Outcome<DnsAnswer> {
  const found = [...new Set(lines.map((line) => line.split(/\s+/)[0] ?? ''))].filter((word) => isIP(word) !== 0);
  const addresses = found.map((address) => ({ address, family: isIP(address) as 4 | 6 })).sort((a, b) => a.family - b.family);
  if (addresses.length > 0) return observed({ addresses: addresses.slice(0, 16), from: 'dns', asked, nameservers });
  const isSilent = lines.includes('@exit 124') || Number(words[1]) >= SILENT_SECONDS;
  const code = isSilent ? 'ETIMEOUT' : 'ENOTFOUND';
  const questions = { asked: 2, answered: isSilent ? 0 : 2 };
  const detail = `${name}: ${isSilent ? 'no nameserver answered' : 'no such name'} (nameservers ${nameservers.join(', ')}; asked ${asked.join(', ')})`;
  return { status: 'failed', code, detail, data: { addresses: [], from: 'dns', asked, nameservers, questions } };
}
