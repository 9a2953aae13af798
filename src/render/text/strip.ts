/** How far each connection came: one line a server, one cell a layer. With --verbose also why. A word is never cut. */
import { LAYERS, type Layer } from '../../model/check.js';
import type { Target } from '../../model/facts.js';
import type { LayerState, Report } from '../../model/report.js';
import { oneLine } from '../../report/plain-text.js';
import { sayRest } from '../../words/text.js';
import { isTold, layerWords, reasonWords, stateWords, TARGETS, targetWords, withoutTarget } from '../layer-words.js';
import type { Look, Paint } from '../style.js';
import { proseWidth, wrap } from '../style.js';

const SIGNS: Record<LayerState['state'], string> = { ok: '✓', failed: '✗', warned: '!', 'not-asked': '–' };

/** `kubelet    proxy ✓ DNS ✓ TCP ✗ TLS –`, one line a server; a narrow terminal breaks it between two cells. */
export function stripLines(report: Report, { width, paint }: Look): string[] {
  const servers = serversOf(report);
  // A layer that is told of one server stands on the other's line, too; what is wrong with this machine stands alone.
  const layers = LAYERS.filter((layer) =>
    servers.some(({ target, states }) => target !== 'self' && states.some((state) => state.layer === layer)),
  );
  const wide = Math.max(0, ...servers.map(({ name }) => name.length));
  return servers.flatMap(({ target, name, states }) => {
    const own = target === 'self' ? states.map(({ layer }) => layer) : layers;
    const cells = own.map((layer) => ({ layer, state: states.find((state) => state.layer === layer)?.state ?? 'not-asked' }));
    return broken(cells, `${name.padEnd(wide)}  `, width, paint);
  });
}

/** Servers always, this machine where something is wrong with it; layers of which something is known. */
function serversOf({ layers }: Report): { target: Target; name: string; states: LayerState[] }[] {
  return TARGETS.map((target) => ({
    target,
    name: targetWords(target),
    states: layers.filter((state) => state.target === target && tells(state)),
  })).filter(({ states }) => states.some((state) => state.state !== 'not-asked' || isTold(state)));
}

function tells(state: LayerState): boolean {
  if (state.target === 'self' || state.layer === 'settings') return state.state === 'failed' || state.state === 'warned';
  return isTold(state);
}

function broken(cells: { layer: Layer; state: LayerState['state'] }[], first: string, width: number, paint: Look['paint']): string[] {
  const lines: string[] = [];
  let line = first;
  let columns = first.length;
  for (const { layer, state } of cells) {
    const cell = `${layerWords(layer)} ${SIGNS[state]}`;
    if (columns + cell.length > width && columns > first.length) {
      lines.push(line.trimEnd());
      line = ' '.repeat(first.length);
      columns = first.length;
    }
    line += `${painter(state, paint)(cell)} `;
    columns += cell.length + 1;
  }
  return [...lines, line.trimEnd()];
}

/** --verbose: each layer of each server with what was seen, or why it was not asked. */
export function layerLines(report: Report, { width, paint }: Look): string[] {
  const longest = Math.max(...LAYERS.map((layer) => layerWords(layer).length));
  return serversOf(report).flatMap(({ name, states }) => [
    paint.bold(sayRest('layersOf', { server: name })),
    ...states.flatMap((state) => {
      const words = withoutTarget(oneLine(reasonWords(state, report)), state.target) || (state.state === 'ok' ? stateWords(state) : '');
      const start = `  ${layerWords(state.layer).padEnd(longest)} ${SIGNS[state.state]} `;
      return wrap(words, proseWidth(width), start).map(painter(state.state, paint));
    }),
  ]);
}

function painter(state: LayerState['state'], { red, yellow, green, dim }: Look['paint']): Paint {
  return { ok: green, failed: red, warned: yellow, 'not-asked': dim }[state];
}
