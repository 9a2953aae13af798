/** A plain HTTPS client for the tests of the simulator, and the identities the recordings were made with. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import path from 'node:path';
import type { RunningWorld } from '../../src/sim/start.js';
import { clientCertificate } from '../../src/sim/state/certificates.js';
import type { Way } from '../../src/sim/state/filesystem.js';
import { type Rule, rulesOf } from '../../src/sim/state/rights.js';
import { mintToken, type TokenRequest } from '../../src/sim/state/tokens.js';
import type { World } from '../../src/sim/world.js';

export interface Received {
  status: number;
  /** As on the wire, without Date. */
  headers: [string, string][];
  body: string;
}

export interface Credential {
  authorization?: string;
  cert?: string;
  key?: string;
}

export interface Ask extends Credential {
  path: string;
  method?: string;
  body?: string;
  agent?: Agent;
  ca?: string;
}

/** One request; rejects with Node's error. */
export function ask({ host, port }: Way, { path, method = 'GET', authorization, cert, key, body, agent, ca }: Ask): Promise<Received> {
  return new Promise((resolve, reject) => {
    const headers = { 'User-Agent': 'curl/7.88.1', ...(authorization !== undefined && { Authorization: authorization }) };
    const sent = request({ host, port, path, method, headers, ca, cert, key, agent: agent ?? false, timeout: 30_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const raw = response.rawHeaders;
        const pairs = Array.from({ length: raw.length / 2 }, (_, i): [string, string] => [raw[2 * i]!, raw[2 * i + 1]!]);
        resolve({
          status: response.statusCode ?? 0,
          headers: pairs.filter(([name]) => name !== 'Date'),
          body: Buffer.concat(chunks).toString(),
        });
      });
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    sent.on('error', reject);
    sent.end(body);
  });
}

/** An agent that keeps its connections, for many requests of one identity. */
export const keepAlive = (): Agent => new Agent({ keepAlive: true, maxSockets: 4 });

export const dataFile = (name: string): string => readFileSync(path.resolve('test/sim/data', name), 'utf8');

export function jsonLines<T>(name: string): T[] {
  return dataFile(name)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);
}

export function table(name: string): Record<string, string>[] {
  const [head = '', ...rows] = dataFile(name).trimEnd().split('\n');
  const columns = head.split('\t');
  return rows.map((row) => Object.fromEntries(row.split('\t').map((cell, i) => [columns[i] ?? '', cell])));
}

/** The world the recordings come from, as far as names go; `bindLab` adds the rights. */
export const LAB = {
  names: { node: 'lab-n1', namespace: 'lab', serviceAccount: 'norbac', pod: 'cli-pod' },
  agent: { rights: 'none' },
} satisfies World;

const nodes = (...subresources: string[]): Rule => ({
  verbs: ['get', 'list', 'watch'],
  groups: [''],
  resources: subresources.map((s) => (s ? `nodes/${s}` : 'nodes')),
});

const ACCOUNT_RULES: Record<string, Rule[]> = {
  norbac: [],
  'nodes-ro': [nodes('')],
  metrics: [nodes('metrics')],
  stats: [nodes('stats')],
  pods: [nodes('pods')],
  proxy: [nodes('proxy')],
  full: [
    {
      verbs: ['get', 'list', 'watch'],
      groups: [''],
      resources: ['nodes', 'nodes/metrics', 'nodes/stats', 'nodes/proxy', 'nodes/log', 'pods'],
    },
    { verbs: ['get'], paths: ['/metrics'] },
  ],
};

/** The rules of the recorded accounts, bound in this world. */
export function bindLab({ cluster }: RunningWorld): void {
  for (const [name, rules] of Object.entries(ACCOUNT_RULES)) cluster.grant(`system:serviceaccount:lab:${name}`, rulesOf(rules));
  cluster.deletedAccounts.add('lab/ghost');
}

const HOUR_S = 3600;

/** Tokens by the names of the recordings. */
export function labToken(name: string, cluster: RunningWorld['cluster']): string {
  const now = Math.floor(cluster.now() / 1000);
  const changes: Record<string, Partial<TokenRequest>> = {
    expired: { issuedAt: now - 2 * HOUR_S, expiresAt: now - HOUR_S },
    future: { notBefore: now + HOUR_S },
    wrongaud: { audiences: ['https://sts.amazonaws.com'] },
    'audience-vault': { audiences: ['vault'] },
    wrongiss: { issuer: 'https://other.example' },
    wrongkey: { foreign: true },
    'sa-deleted-uid': { uid: '00000000-0000-0000-0000-000000000000' },
    'sa-missing': { serviceAccount: 'ghost' },
  };
  const serviceAccount = name in ACCOUNT_RULES ? name : 'norbac';
  return mintToken({ namespace: 'lab', serviceAccount, ...changes[name] }, cluster.now());
}

type ClientArguments = [user: string, organizations: string[], fault?: 'good' | 'expired' | 'foreign'];

const CERTIFICATES: Record<string, ClientArguments> = {
  'cert-nobody': ['lab-nobody', ['lab:nobody']],
  'cert-admin': ['lab-admin', ['system:masters']],
  'cert-apiserver-kubelet-client': ['kube-apiserver-kubelet-client', ['lab:kubelet-clients']],
  'cert-node2': ['system:node:lab-n2', ['system:nodes']],
  'cert-expired': ['lab-admin', ['system:masters'], 'expired'],
  'cert-otherca': ['lab-admin', ['system:masters'], 'foreign'],
};

/** The credential of an identity of the recordings. */
export async function labIdentity(who: string, cluster: RunningWorld['cluster']): Promise<Credential> {
  if (who === 'none') return {};
  if (who === 'empty-bearer') return { authorization: 'Bearer ' };
  if (who === 'basic') return { authorization: 'Basic YWRtaW46YWRtaW4=' };
  if (who === 'garbage') return { authorization: 'Bearer garbage' };
  const certificate = CERTIFICATES[who];
  if (certificate) {
    const [user, organizations, fault = 'good'] = certificate;
    const { certPem, keyPem } = await clientCertificate(user, organizations, fault, cluster.now());
    return { cert: certPem, key: keyPem };
  }
  return { authorization: `Bearer ${labToken(who.replace(/^(sa|tok|token)-/, ''), cluster)}` };
}
