/** The table: how far each connection came. One column a server, one row a layer, read from the top like the connection itself. */
import Table from 'cli-table3';
import { LAYERS, type Layer } from '../../model/check.js';
import type { Target } from '../../model/facts.js';
import type { LayerState, Report } from '../../model/report.js';
import { cut } from '../../report/plain-text.js';
import { isTold, LAYER_WORDS, reasonWords, SIGNS, TARGET_WORDS, TARGETS, withoutTarget } from '../layer-words.js';
import type { Look, Paint } from '../style.js';

const NARROW = 60;
const WIDEST = 120;

/** A box-drawn table; below 60 columns a list. */
export function layerLines(report: Report, look: Look): string[] {
  const targets = TARGETS.filter((target) => report.layers.some((state) => state.target === target && tells(state)));
  const layers = LAYERS.filter((layer) => report.layers.some((state) => state.layer === layer && (tells(state) || layer !== 'settings')));
  if (targets.length === 0) return [];
  return look.width < NARROW ? list(report, targets, layers, look) : box(report, targets, layers, look);
}

/** A column or row where nothing at all was seen is left out; what is ours (settings, this machine) shows only when something is wrong with it. */
function tells(state: LayerState): boolean {
  if (state.target === 'self' || state.layer === 'settings') return state.state === 'failed' || state.state === 'warned';
  return isTold(state);
}

function box(report: Report, targets: Target[], layers: Layer[], { width, paint }: Look): string[] {
  const states = targets.map((target) => layers.map((layer) => find(report, target, layer)));
  const names = layers.map((layer) => LAYER_WORDS[layer]);
  const texts = [names, ...states.map((column) => column.map(words))];
  const head = ['', ...targets.map((target) => TARGET_WORDS[target])];
  const natural = texts.map((column, at) => Math.max(...[head[at] ?? '', ...column].map((text) => [...text].length)) + 2);
  const colWidths = fit(natural, Math.min(width, WIDEST));
  const cells = states.map((column, at) => column.map((state) => painter(state, paint)(cut(words(state), (colWidths[at + 1] ?? 0) - 2))));
  const table = new Table({ head, colWidths, style: { head: [], border: [] }, chars: NO_RULES });
  table.push(...names.map((name, at) => [name, ...cells.map((column) => column[at])]));
  const [top = '', heads = '', ...rest] = table.toString().split('\n');
  return [top, heads, `├${colWidths.map((width) => '─'.repeat(width)).join('┼')}┤`, ...rest];
}

/** None between the layers; the one below the head is ours. (One row of many lines costs cli-table3 the square of its length.) */
const NO_RULES = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };

/** Takes from the widest column until the whole, with its borders, fits. */
function fit(natural: number[], total: number): number[] {
  const widths = [...natural];
  while (widths.reduce((sum, each) => sum + each, widths.length + 1) > total) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function list(report: Report, targets: Target[], layers: Layer[], { width, paint }: Look): string[] {
  return targets.flatMap((target) => [
    `${TARGET_WORDS[target]}:`,
    ...layers.flatMap((layer) => {
      const state = find(report, target, layer);
      return state ? [painter(state, paint)(cut(`  ${LAYER_WORDS[layer]} ${words(state)}`, width))] : [];
    }),
  ]);
}

function find(report: Report, target: Target, layer: Layer): LayerState | undefined {
  return report.layers.find((state) => state.target === target && state.layer === layer);
}

/** `✓ direct`, `FAILED certificate expired`, `– not asked: TLS failed`. The column names the target already. */
function words(state: LayerState | undefined): string {
  if (!isTold(state)) return '';
  const reason = withoutTarget(reasonWords(state), state.target);
  return `${SIGNS[state.state].text} ${reason || (state.state === 'ok' ? 'ok' : '')}`.trim();
}

function painter(state: LayerState | undefined, { red, yellow, green, dim }: Look['paint']): Paint {
  const paints: Record<LayerState['state'], Paint> = { ok: green, failed: red, warned: yellow, 'not-asked': dim };
  return paints[state?.state ?? 'not-asked'];
}
