/** What is known of the client certificate on either side; nothing is decided here. */
import type { Fix, View } from '../../../model/check.js';
import type { Certificate, Fact, HttpAnswer } from '../../../model/facts.js';
import { ownerHere, serverNow } from '../../shared/apiserver.js';
import { settingOf } from '../../shared/kubelet.js';
import { answers, seen } from '../../shared/read.js';

export const NEEDS = [
  'apiserver/credential',
  'kubelet/credential',
  'apiserver/http',
  'kubelet/http',
  'apiserver/clock',
  'kubelet/clock',
  'kubelet/tls',
  'self/place',
  'self/settings',
] as const;

type Seen = View<(typeof NEEDS)[number]>;

/** One server, and the certificate for it. */
export interface Side {
  target: 'apiserver' | 'kubelet';
  fact: Fact<'credential'>;
  settings: Fact<'settings'>;
  /** Who can change the files. */
  owner: Fix['owner'];
  /** Where it lies by the settings. */
  paths: Record<'certificate' | 'key', string>;
  failure: { code: string; detail: string } | undefined;
  held: Held | undefined;
  heard: boolean;
  accepts: boolean;
  refusal: HttpAnswer | undefined;
  refusalFact: Fact<'http'> | undefined;
  now: number;
  /** `now` is by the server's clock. */
  byTheirClock: boolean;
  /** What that clock was read from. */
  clock: Fact<'http'> | Fact<'clock'>;
  asksCertificate: boolean | undefined;
}

export interface Held {
  source: string;
  certificate: Certificate & { clientUsage: boolean };
  from: number;
  until: number;
}

/** The apiserver's first: it is the one whose refusal is plain. */
export function read(view: Seen): Side[] {
  return [sideOf(view, 'apiserver'), sideOf(view, 'kubelet')];
}

function sideOf(view: Seen, target: Side['target']): Side {
  const fact = view.one(`${target}/credential`, 'certificate');
  const settings = view.one('self/settings');
  const place = seen(view.one('self/place'));
  const heard = answers(view.all(`${target}/http`), 'certificate').filter(({ path }) => !path.includes('/proxy/'));
  const refusal = heard.find(({ status }) => status === 401);
  const refusalFact = view.all(`${target}/http`).find((each) => refusal !== undefined && seen(each) === refusal);
  const clock = view.one(`${target}/clock`);
  const theirNow = refusal?.serverTimeMs ?? serverNow(place, seen(clock));
  const path = (what: 'certificate' | 'key') => settingOf(settings, `${target}.${what}`)?.value ?? 'kubeconfig';
  return {
    target,
    fact,
    settings,
    owner: ownerHere(place),
    paths: { certificate: path('certificate'), key: path('key') },
    failure: fact.outcome.status === 'failed' ? { code: fact.outcome.code, detail: fact.outcome.detail } : undefined,
    held: heldOf(fact),
    heard: heard.length > 0,
    accepts: heard.some(({ status }) => status < 500 && status !== 429),
    refusal,
    refusalFact,
    clock: refusal?.serverTimeMs !== undefined && refusalFact ? refusalFact : clock,
    now: theirNow ?? place?.nowMs ?? 0,
    byTheirClock: theirNow !== undefined,
    asksCertificate: target === 'kubelet' ? asksIn(view.all('kubelet/tls')) : true,
  };
}

function heldOf(fact: Fact<'credential'>): Held | undefined {
  const { source, certificate } = seen(fact) ?? {};
  if (source === undefined || !certificate) return undefined;
  return { source, certificate, from: Date.parse(certificate.notBefore), until: Date.parse(certificate.notAfter) };
}

function asksIn(handshakes: Fact<'tls'>[]): boolean | undefined {
  return handshakes.map((fact) => seen(fact)?.asksClientCertificate).find((asks) => asks !== undefined);
}
