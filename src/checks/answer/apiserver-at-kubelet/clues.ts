/** What came back where the apiserver asked the kubelet for us; nothing is decided here. */
import type { View } from '../../../model/check.js';
import type { Fact, FactKind } from '../../../model/facts.js';
import { nodeName } from '../../shared/address.js';
import { settingOf } from '../../shared/kubelet.js';
import { ANONYMOUS, refusalOf } from '../../shared/kubelet-answers.js';
import { seen } from '../../shared/read.js';

export const NEEDS = ['kubelet/proxied', 'kubelet/second-sight', 'apiserver/identity', 'apiserver/node', 'self/settings'] as const;

type Seen = View<(typeof NEEDS)[number]>;

/** One answer of the apiserver's node proxy. */
export interface Relayed {
  fact: Fact<FactKind>;
  status: number;
  said: string;
  /** The kubelet's own words, and not the apiserver's. */
  isKubelets: boolean;
}

export interface Clues {
  /** Its name, where it may be put into a command. */
  node: string | undefined;
  relayed: Relayed[];
  identity: Fact<'identity'>;
  /** Its refusal of a user that is not ours. */
  refused: { by: Relayed; user: string } | undefined;
  /** It does not know who asks. */
  unknown: Relayed | undefined;
  tunnel: { by: Relayed; fault: TunnelFault } | undefined;
  /** The agent itself asks through the apiserver. */
  isAgentsWay: boolean;
}

export type TunnelFault = { fault: 'no-agent' | 'no-server' } | { fault: 'fails'; code: number };

export function read(view: Seen): Clues {
  const settings = view.one('self/settings');
  const identity = view.one('apiserver/identity');
  const us = seen(identity)?.user;
  const relayed = [...view.all('kubelet/proxied').flatMap(ofPath), ...ofSight(view.one('kubelet/second-sight', 'node-proxy'), us)];
  const refusals = relayed.flatMap((by) => {
    const refusal = by.isKubelets
      ? refusalOf({ method: 'GET', path: '', as: 'nobody', status: by.status, body: by.said, voice: 'kubelet' })
      : undefined;
    return refusal ? [{ by, user: refusal.user }] : [];
  });
  return {
    node: nodeName(settings, view.one('apiserver/node')),
    relayed,
    identity,
    refused: refusals.find(({ user }) => user !== ANONYMOUS && user !== us),
    unknown: relayed.find(({ status, isKubelets }) => isKubelets && status === 401) ?? refusals.find(({ user }) => user === ANONYMOUS)?.by,
    tunnel: relayed.flatMap((by) => faultOfTunnel(by) ?? []).find(() => true),
    isAgentsWay: settingOf(settings, 'agent.eksFargate')?.value === 'true',
  };
}

function ofPath(fact: Fact<'proxied'>): Relayed[] {
  const answer = seen(fact);
  if (answer) return [{ fact, status: answer.status, said: answer.body, isKubelets: answer.voice === 'kubelet' }];
  const { outcome } = fact;
  const [, status] = outcome.status === 'failed' ? (/^HTTP(\d{3})$/.exec(outcome.code) ?? []) : [];
  return status && outcome.status === 'failed' ? [{ fact, status: Number(status), said: outcome.detail, isKubelets: false }] : [];
}

/** A bare `Unauthorized` may be the apiserver's own to us, unless it knows who we are. */
function ofSight(fact: Fact<'second-sight'>, us: string | undefined): Relayed[] {
  const sight = seen(fact);
  if (!sight) return [];
  const { status, said } = sight;
  const isKubelets = /^Forbidden \(user=/.test(said) || (status === 401 && said === 'Unauthorized' && us !== undefined && us !== ANONYMOUS);
  return [{ fact, status, said, isKubelets }];
}

/**
 * egress_selector.go of the apiserver: what its CONNECT through a tunnel ended with; and konnectivity's own words for a server that no agent is
 * connected to, or that is not there itself.
 */
function faultOfTunnel(by: Relayed): Clues['tunnel'] {
  if (by.isKubelets || by.status < 500) return undefined;
  if (/\bNo (agent|backend) available\b/i.test(by.said)) return { by, fault: { fault: 'no-agent' } };
  if (/via proxy \S{1,80} failed|konnectivity-server\S{0,80} connect: /.test(by.said)) return { by, fault: { fault: 'no-server' } };
  const [, code] = /proxy error from \S{1,80} while dialing \S{1,80}, code (\d{3})\b/.exec(by.said) ?? [];
  return code ? { by, fault: { fault: 'fails', code: Number(code) } } : undefined;
}
