/** The state all servers of one world share: its clock, its objects, who may do what, and how a credential becomes an identity. */

import { createHash, X509Certificate } from 'node:crypto';
import type { Instead } from '../answers/instead.js';
import type { KubeletWorld, ResolvedWorld } from '../world.js';
import { type Clock, machineClock } from './clock.js';
import { rulesBoundTo } from './rbac.js';
import {
  type Attributes,
  AUTHENTICATED,
  allows,
  type Caller,
  nodeRules,
  PRESETS,
  PUBLIC_INFO,
  type Rule,
  SERVICE_ACCOUNTS,
} from './rights.js';
import { readToken, uidOf } from './tokens.js';

export const ANONYMOUS: Caller = { user: 'system:anonymous', groups: ['system:unauthenticated'] };

/** The certificate the apiserver shows to kubelets. */
export const APISERVER_CLIENT: Caller = {
  user: 'kube-apiserver-kubelet-client',
  groups: ['kubeadm:cluster-admins', 'system:authenticated'],
};

/** A node and its kubelet; the address is filled in when its port is known. */
export interface ClusterNode {
  name: string;
  kubelet: Required<KubeletWorld>;
  host: string;
  port: number;
  /** As in the Node object; names alone in worlds with a proxy. */
  addresses: { type: string; address: string }[];
  /** base64 PEM of its pending request. */
  request?: string;
}

export class Cluster {
  readonly nodes = new Map<string, ClusterNode>();
  readonly rules = new Map<string, Rule[]>();
  readonly startedAt: number;
  /** uids of pods, and NAMESPACE/NAME of accounts, that are gone. */
  readonly deletedPods = new Set<string>();
  readonly deletedAccounts = new Set<string>();
  endpoints: { host: string; port: number }[] = [];
  /** One answer that is given instead of the right one; a test changes it between runs. */
  instead?: Instead;
  private readonly authority: X509Certificate;

  constructor(
    readonly world: ResolvedWorld,
    caPem: string,
    /** Ours, of which every other is told. */
    readonly clock: Clock = machineClock,
  ) {
    this.instead = world.instead;
    this.startedAt = clock.now();
    this.authority = new X509Certificate(caPem);
    const rules: Rule[] = world.apiserver.atKubelets === 'forbidden' ? [] : [{ verbs: ['*'], groups: [''], resources: ['*'] }];
    this.rules.set(APISERVER_CLIENT.user, rules);
  }

  /** The cluster's clock: ours less the offset. */
  now(): number {
    return this.clock.now() - this.world.network.clockOffsetMs;
  }

  /** The clock that tokens and client certificates are judged by. */
  private judged(): number {
    return this.now() + this.world.apiserver.clockAheadMs;
  }

  /** Gives a user more rules; takes effect at once, as a new binding does. */
  grant(user: string, rules: Rule[]): void {
    this.rules.set(user, [...(this.rules.get(user) ?? []), ...rules]);
  }

  private rulesFor({ user, groups }: Caller): Rule[] {
    if (groups.includes('system:masters')) return [...PRESETS.everything] as unknown as Rule[];
    const node = groups.includes('system:nodes') && user.startsWith('system:node:') ? nodeRules(user.slice('system:node:'.length)) : [];
    return [
      ...PUBLIC_INFO,
      ...(groups.includes('system:authenticated') ? this.forEveryone() : []),
      ...rulesBoundTo({ user, groups }, this.world.rbac),
      ...(groups.includes('system:serviceaccounts') ? SERVICE_ACCOUNTS : []),
      ...node,
      ...(this.rules.get(user) ?? []),
    ];
  }

  /** system:discovery always; system:basic-user unless the world took it away. */
  private forEveryone(): Rule[] {
    return this.world.apiserver.basicUser ? AUTHENTICATED : AUTHENTICATED.filter((rule) => rule.groups?.[0] !== 'authorization.k8s.io');
  }

  /** RBAC's answer, with its reason when it allows. */
  authorize(who: Caller, asked: Attributes): { allowed: boolean; reason?: string } {
    if (!this.rulesFor(who).some((rule) => allows(rule, asked))) return { allowed: false };
    const account = /^system:serviceaccount:([^:]+):(.+)$/.exec(who.user);
    const subject = account ? `ServiceAccount "${account[2]}/${account[1]}"` : `User "${who.user}"`;
    const role = account ? `${account[1]}-${account[2]}` : 'operators';
    return { allowed: true, reason: `RBAC: allowed by ClusterRoleBinding "${role}" of ClusterRole "${role}" to ${subject}` };
  }

  /** All rules of a subject, for SelfSubjectRulesReview. */
  listRules(who: Caller): Rule[] {
    return this.rulesFor(who);
  }

  /** TokenReview: an identity, or the reason why not. */
  authenticateToken(token: string): { identity: Caller } | { error: string } {
    const read = readToken(token, this.judged(), {
      pod: (uid) => !this.deletedPods.has(uid),
      uid: (account) => (this.deletedAccounts.has(account) ? undefined : uidOf(account)),
    });
    if ('error' in read) return read;
    const { claims } = read;
    const [, , namespace = ''] = claims.sub.split(':');
    const bound = claims['kubernetes.io'];
    const named = (kind: 'node' | 'pod') =>
      bound?.[kind] && {
        [`authentication.kubernetes.io/${kind}-name`]: [bound[kind].name],
        [`authentication.kubernetes.io/${kind}-uid`]: [bound[kind].uid],
      };
    const extra = {
      ...(claims.jti && { 'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`] }),
      ...named('node'),
      ...named('pod'),
    };
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
    const uid = bound?.serviceaccount.uid ?? uidOf(`${namespace}/${claims.sub.split(':')[3]}`);
    return { identity: { user: claims.sub, uid, groups, ...(Object.keys(extra).length > 0 && { extra }) } };
  }

  /** x509: CN is the user, O the groups; undefined when the certificate is not this CA's, is out of date, or not for clients. */
  authenticateCertificate(certificate: X509Certificate): Caller | undefined {
    if (!certificate.verify(this.authority.publicKey)) return undefined;
    const now = this.judged();
    if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo)) return undefined;
    if (certificate.keyUsage && !certificate.keyUsage.includes('1.3.6.1.5.5.7.3.2')) return undefined;
    const names = certificate.subject.split('\n').map((line) => line.split(/=(.*)/s) as [string, string]);
    const values = (key: string) => names.filter(([k]) => k === key).map(([, value]) => value);
    const print = createHash('sha256').update(certificate.raw).digest('hex');
    return {
      user: values('CN')[0] ?? '',
      groups: [...values('O'), 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${print}`] },
    };
  }
}
