/** The target × layer table: how far each connection came, and why it was not asked further. */
import { LAYERS, type Layer } from '../model/check.js';
import type { AnyFact, FactKind, Target } from '../model/facts.js';
import type { CauseMeta, Finding, LayerState, Result } from '../model/report.js';
import { formOf } from '../words/formats.js';
import { say } from '../words/report.js';
import { oneLine } from './plain-text.js';
import { withoutStop } from './words.js';

/** Which layer a fact shows. Facts that say nothing of one connection are missing. */
const LAYER_OF: Partial<Record<FactKind, Layer>> = {
  settings: 'settings',
  proxy: 'proxy',
  tunnel: 'proxy',
  dns: 'dns',
  tcp: 'tcp',
  tls: 'tls',
  identity: 'authn',
  access: 'authz',
  http: 'payload',
};

/** Layers whose facts show by themselves that they work; above them a check must say so. */
const SPEAKING: readonly Layer[] = ['proxy', 'dns', 'tcp', 'tls'];

/** Of these no word of the apiserver's tells that they work. */
const OF_CONNECTION: readonly Layer[] = ['proxy', 'dns', 'tcp', 'tls', 'authn', 'payload'];

/** What a cell is decided from; `findings` flat and before --skip and --only, because the table shows what is. */
interface Material {
  facts: readonly AnyFact[];
  results: readonly Result[];
  findings: readonly Finding[];
  causes: Readonly<Record<string, CauseMeta>>;
  /** Of a bundle: no connection was tried, so none is well. */
  isBundle: boolean;
}

/** One state for every layer of kubelet and apiserver; of `self` only the layers that were judged. */
export function buildLayers(given: Material): LayerState[] {
  const ours = LAYERS.filter((layer) => given.results.some((result) => result.target === 'self' && result.layer === layer));
  return [...column('self', ours, given), ...column('kubelet', LAYERS, given), ...column('apiserver', LAYERS, given)];
}

function column(target: Target, layers: readonly Layer[], given: Material): LayerState[] {
  const states: LayerState[] = [];
  const dialled = given.facts.flatMap(({ target: of, kind, outcome }) =>
    of === target && kind === 'candidates' && outcome.status === 'observed' ? outcome.data.map(({ host }) => host) : [],
  );
  for (const layer of layers) {
    const below = states.find((state) => state.state === 'failed');
    const facts = dialledFirst(
      given.facts.filter((fact) => fact.target === target && LAYER_OF[fact.kind] === layer),
      dialled,
    );
    const told = cell({ target, layer, below, facts, given });
    const through = told.state === 'ok' && layer === 'proxy' ? proxyOf(facts) : undefined;
    const ms = timeOf(facts);
    states.push({ target, layer, ...told, ...(through !== undefined && { through }), ...(ms !== undefined && { ms }) });
  }
  return states;
}

/** Names are looked up side by side: what is said is of the one that is dialled, whichever was asked first. */
function dialledFirst(facts: readonly AnyFact[], dialled: readonly string[]): AnyFact[] {
  return [...facts].sort((a, b) => Number(dialled.includes(b.subject)) - Number(dialled.includes(a.subject)));
}

interface Cell {
  target: Target;
  layer: Layer;
  /** The lowest layer that failed below this one. */
  below: LayerState | undefined;
  facts: readonly AnyFact[];
  given: Material;
}

type Told = Pick<LayerState, 'state' | 'why' | 'blockedBy'>;

function cell({ target, layer, below, facts, given }: Cell): Told {
  const findings = given.findings.filter((finding) => finding.target === target && finding.layer === layer);
  const worst = findings.find((finding) => finding.severity === 'blocks') ?? findings.find((finding) => finding.severity !== 'note');
  if (worst) {
    const title = given.causes[worst.cause]?.title || worst.title.en;
    const why = worst.certainty === 'suspected' ? say('suspectedOf', { title: withoutStop(title) }) : withoutStop(title);
    return { state: worst.severity === 'blocks' ? 'failed' : 'warned', why };
  }
  const results = given.results.filter((result) => result.target === target && result.layer === layer);
  const open = results.filter((result) => result.outcome === 'cannot-tell' || result.outcome === 'crashed');
  const passed = results.filter((result) => result.outcome === 'pass' || result.outcome === 'problem');
  if (given.isBundle && target !== 'self' && OF_CONNECTION.includes(layer) && !facts.some(works))
    return { state: 'not-asked', why: say('absent.not-in-bundle') };
  if (passed.length && !open.some((result) => result.required)) {
    const more = open.length ? say(`open.${formOf(open.length)}`, { count: open.length }) : '';
    const why = sayFacts(facts) || noteOf(passed);
    return { state: 'ok', why: why && more ? say('andMore', { why, more }) : why || more };
  }
  if (below) return { state: 'not-asked', why: say('layerFailed', { layer: below.layer }), blockedBy: below.layer };
  const [unanswered] = [...open].sort((a, b) => Number(b.required) - Number(a.required));
  if (unanswered)
    return { state: 'not-asked', why: unanswered.outcome === 'crashed' ? say('checkCrashed') : noteOf([unanswered]) || say('cannotTell') };
  return fromFacts(layer, facts) ?? { state: 'not-asked', why: noteOf(results) };
}

/** What facts say where no check did. One attempt that works is enough. */
function fromFacts(layer: Layer, facts: readonly AnyFact[]): Told | undefined {
  const failed = facts.find((fact) => fact.outcome.status === 'failed');
  if (SPEAKING.includes(layer) && facts.some(works)) return { state: 'ok', why: sayFacts(facts) };
  if (SPEAKING.includes(layer) && failed?.outcome.status === 'failed')
    return { state: 'failed', why: say('failedWith', { subject: failed.subject, code: failed.outcome.code }) };
  const absent = facts.find((fact) => fact.outcome.status === 'absent');
  return absent?.outcome.status === 'absent' ? { state: 'not-asked', why: say(`absent.${absent.outcome.why}`) } : undefined;
}

function works(fact: AnyFact): boolean {
  if (fact.outcome.status !== 'observed') return false;
  return fact.kind !== 'tls' || fact.outcome.data.verification.ok;
}

/** The proxy in use; undefined where there is none. */
function proxyOf(facts: readonly AnyFact[]): string | undefined {
  for (const { kind, outcome } of facts)
    if (kind === 'proxy' && outcome.status === 'observed') return outcome.data.via === 'proxy' ? (outcome.data.proxy ?? '') : undefined;
  return undefined;
}

/** A few words from the first fact that works. */
function sayFacts(facts: readonly AnyFact[]): string {
  for (const fact of facts) {
    if (fact.kind === 'proxy' && fact.outcome.status === 'observed') {
      const { via, proxy, variable, matched } = fact.outcome.data;
      if (via === 'proxy') return throughWords(proxy, variable);
      return matched ? say('directBy', { matched }) : say('direct');
    }
    if (fact.kind === 'dns' && fact.outcome.status === 'observed') {
      const { from, addresses } = fact.outcome.data;
      return from === 'literal' ? say('noName') : addresses.map(({ address }) => address).join(', ');
    }
    if (fact.kind === 'tcp' && fact.outcome.status === 'observed') {
      const used = fact.outcome.data.tries.find((attempt) => attempt.result === 'connected');
      if (used) return `${used.address.includes(':') ? `[${used.address}]` : used.address}:${used.port}`;
    }
    if (fact.kind === 'tls' && fact.outcome.status === 'observed') {
      const { protocol, verification } = fact.outcome.data;
      return say(verification.ok ? 'verified' : 'notVerified', { protocol });
    }
    if (fact.kind === 'identity' && fact.outcome.status === 'observed') return fact.outcome.data.user;
  }
  return '';
}

function throughWords(proxy: string | undefined, variable: string | undefined): string {
  if (proxy === undefined) return variable ? say('throughSomeBy', { variable }) : say('throughSome');
  return variable ? say('throughBy', { proxy, variable }) : say('through', { proxy });
}

function noteOf(results: readonly Result[]): string {
  return oneLine(results.find((result) => result.note)?.note?.en ?? '');
}

/** How long the layer's first answer took. */
function timeOf(facts: readonly AnyFact[]): number | undefined {
  for (const { outcome } of facts)
    if ((outcome.status === 'observed' || outcome.status === 'failed') && outcome.ms !== undefined) return outcome.ms;
  return undefined;
}
