/** What every format says of the target × layer table: whose column, which row, how far it came, and why no further. */
import { isUnanswered } from '../judge/exit.js';
import { LAYERS, type Layer } from '../model/check.js';
import type { Target } from '../model/facts.js';
import type { LayerState, Report } from '../model/report.js';

/** Whose column, or about whom a finding is. */
export const TARGET_WORDS: Record<Target, string> = { self: 'here', kubelet: 'kubelet', apiserver: 'apiserver' };
/** In the order of the columns. */
export const TARGETS = Object.keys(TARGET_WORDS) as Target[];

/** Layers as people say them. */
export const LAYER_WORDS: Record<Layer, string> = {
  settings: 'settings',
  proxy: 'proxy',
  dns: 'DNS',
  tcp: 'TCP',
  tls: 'TLS',
  authn: 'authentication',
  authz: 'permission',
  payload: 'answer',
};

/** A state at a glance, where it stands; each is told apart without colour. */
export const SIGNS: Record<LayerState['state'], { text: string; html: string; markdown: string }> = {
  ok: { text: '✓', html: '✓', markdown: '✅' },
  failed: { text: 'FAILED', html: '✗', markdown: '❌' },
  warned: { text: '!', html: '!', markdown: '⚠️' },
  'not-asked': { text: '–', html: '–', markdown: '–' },
};

/** For those who hear the page. */
export const STATE_WORDS: Record<LayerState['state'], string> = {
  ok: 'ok',
  failed: 'failed',
  warned: 'works, with a finding',
  'not-asked': 'not asked',
};

/** Why it is so: `not asked: TLS failed`, or what the report says. */
export function reasonWords({ why, blockedBy }: LayerState): string {
  return blockedBy ? `not asked: ${LAYER_WORDS[blockedBy]} failed` : why;
}

/** Words that stand where the server is named already: `kubelet certificate expired` is `certificate expired` there. */
export function withoutTarget(words: string, target: Target): string {
  return words.startsWith(`${target} `) ? words.slice(target.length + 1) : words;
}

/** The table for a page: servers always, this machine where something is wrong with it; rows of which something is known. */
export function layerTable({ layers }: Report): { targets: Target[]; rows: { layer: Layer; states: (LayerState | undefined)[] }[] } {
  const isWrong = ({ state }: LayerState) => state === 'failed' || state === 'warned';
  const targets = TARGETS.filter((target) => layers.some((state) => state.target === target && (target !== 'self' || isWrong(state))));
  const rows = LAYERS.map((layer) => ({
    layer,
    states: targets.map((target) => layers.find((state) => state.target === target && state.layer === layer)),
  }));
  return { targets, rows: rows.filter(({ states }) => states.some(isTold)) };
}

/** Works as far as it was asked: something about it is not answered. By the results, not by the words of the report. */
export function hasOpen({ results }: Report, { state, target, layer }: LayerState): boolean {
  return state === 'ok' && results.some((result) => result.target === target && result.layer === layer && isUnanswered(result));
}

/** Is there anything to say of it? */
export function isTold(state: LayerState | undefined): state is LayerState {
  return state !== undefined && (state.state !== 'not-asked' || state.why !== '');
}
