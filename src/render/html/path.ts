/**
 * The way as a picture: agent → proxy, DNS, TCP, TLS, authentication, permission, answer → kubelet and apiserver, with the broken hop marked.
 * Drawn twice, lying and standing; the style sheet shows the one that fits. Inline SVG with classes and attributes only.
 */
import { flatten } from '../../judge/rank.js';
import { LAYERS, type Layer } from '../../model/check.js';
import type { LayerState, Report } from '../../model/report.js';
import { cut, oneLine } from '../../report/plain-text.js';
import { identityWords, placeWords, vantageWords } from '../../report/where/places.js';
import { sayPage as say } from '../../words/page.js';
import { hasOpen, layerWords, reasonWords, stateWords, withoutTarget } from '../layer-words.js';
import { attributes, escapeMarkup } from '../xml.js';

type Server = 'kubelet' | 'apiserver';
const SERVERS: readonly Server[] = ['kubelet', 'apiserver'];

/** Causes that are about the way between the two servers: the kubelet asks the apiserver who a token is and what it may. */
const BETWEEN: readonly string[] = ['kubelet-cannot-reach-apiserver'];

interface Stop {
  layer: Layer;
  state: LayerState['state'];
  why: string;
  /** Ok, with something not answered. */
  open: boolean;
  /** How the wire into this stop looks. */
  wire: '' | ' wire-off' | ' wire-failed';
}

interface Lane {
  server: Server;
  stops: Stop[];
  /** Into the server itself. */
  arrives: boolean;
  proxied: boolean;
}

/** Both drawings; empty where nothing was asked of any server. */
export function pathHtml(report: Report): string {
  const lanes = SERVERS.map((server) => laneOf(report, server));
  if (lanes.every(({ stops }) => stops.every(({ state }) => state === 'not-asked'))) return '';
  return `${drawing('wide', 1000, 372, wide(lanes, report), lanes)}\n${drawing('tall', 400, 626, tall(lanes, report), lanes)}`;
}

function drawing(kind: 'wide' | 'tall', width: number, height: number, inner: string, lanes: readonly Lane[]): string {
  const [title, words] = [`path-${kind}-title`, `path-${kind}-words`];
  return [
    `<svg class="${kind}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${title} ${words}">`,
    `<title id="${title}">${say('picture')}</title>`,
    `<desc id="${words}">${escapeMarkup(lanes.map(inWords).join(' '))}</desc>`,
    inner,
    '</svg>',
  ].join('\n');
}

function inWords({ server, stops }: Lane): string {
  const hops = stops.map(({ layer, state, why }) => {
    const words = { layer: layerWords(layer), state: stateWords({ state }) };
    return state === 'failed' && why ? say('hopWhy', { ...words, why }) : say('hop', words);
  });
  return say('lane', { server, hops: hops.join(', ') });
}

function laneOf(report: Report, server: Server): Lane {
  const { layers } = report;
  const states = LAYERS.flatMap((layer) => {
    const found = layers.find((state) => state.target === server && state.layer === layer);
    const shown = layer !== 'settings' || found?.state === 'failed' || found?.state === 'warned';
    return shown ? [found ?? ({ target: server, layer, state: 'not-asked', why: '' } satisfies LayerState)] : [];
  });
  const broken = states.findIndex(({ state }) => state === 'failed');
  const reached = states.findLastIndex(({ state }) => state === 'ok' || state === 'warned');
  const wireInto = (at: number): Stop['wire'] =>
    broken >= 0 && at >= broken ? (at === broken ? ' wire-failed' : ' wire-off') : at <= reached ? '' : ' wire-off';
  return {
    server,
    stops: states.map((told, at) => ({
      layer: told.layer,
      state: told.state,
      why: oneLine(withoutTarget(told.blockedBy ? told.why : reasonWords(told, report), server)),
      open: hasOpen(report, told),
      wire: wireInto(at),
    })),
    arrives: broken < 0 && reached === states.length - 1,
    proxied: states.some(({ through }) => through !== undefined),
  };
}

/** Lying: the agent at the left, one lane a server. */
function wide(lanes: readonly Lane[], report: Report): string {
  const drawn = lanes.map((lane, at) => {
    const y = at === 0 ? 92 : 280;
    const gap = 560 / Math.max(1, lane.stops.length - 1);
    const x = (index: number) => 226 + gap * index;
    const wires = lane.stops.map(({ wire }, index) => line(index === 0 ? 180 : x(index - 1), y, x(index), y, wire));
    const last = line(x(lane.stops.length - 1), y, 822, y, lane.arrives ? '' : ' wire-off');
    // Side by side the words of several would overlap; the table below has them all.
    const worst = lane.stops.find(({ state }) => state === 'failed') ?? lane.stops.find(({ state }) => state === 'warned');
    const stops = lane.stops.map((each, index) =>
      [
        stop(each, x(index), y, lane.proxied),
        label(x(index), y + 38, layerWords(each.layer), 'small', 'middle'),
        each === worst ? saying(each, x(index), y - 28) : '',
      ].join(''),
    );
    return [...wires, last, ...stops].join('\n');
  });
  return [
    ...drawn,
    agentBox(20, 36, 160, 300, report, 20),
    link(902, 136, 902, 236, report, 'wide'),
    ...serverBoxes(report, lanes, [822, 48], [822, 236], 160),
  ].join('\n');
}

/** Standing, for a narrow screen: the agent above, one column a server. */
function tall(lanes: readonly Lane[], report: Report): string {
  const drawn = lanes.map((lane, at) => {
    const x = at === 0 ? 44 : 240;
    const gap = 322 / Math.max(1, lane.stops.length - 1);
    const y = (index: number) => 146 + gap * index;
    const wires = lane.stops.map(({ wire }, index) => line(x, index === 0 ? 108 : y(index - 1), x, y(index), wire));
    const last = line(x, y(lane.stops.length - 1), x, 516, lane.arrives ? '' : ' wire-off');
    const stops = lane.stops.map((each, index) => {
      const told = each.state === 'failed' || each.state === 'warned' ? lines(each.why, 19, 2) : [];
      const says = told.map((words, row) => label(x + 24, y(index) + 19 + row * 14, words, `say small c-${each.state}`, 'start'));
      return [stop(each, x, y(index), lane.proxied), label(x + 24, y(index) + 5, layerWords(each.layer), '', 'start'), ...says].join('');
    });
    return [...wires, last, ...stops].join('\n');
  });
  return [
    ...drawn,
    agentBox(10, 8, 380, 100, report, 44),
    link(190, 560, 210, 560, report, 'tall'),
    ...serverBoxes(report, lanes, [10, 516], [210, 516], 180),
  ].join('\n');
}

function line(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return `<line${attributes({ class: `wire${kind}`, x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2) })}/>`;
}

function label(x: number, y: number, words: string, kind: string, anchor: 'start' | 'middle' | 'end'): string {
  return (
    words &&
    `<text${attributes({ x: round(x), y: round(y), class: kind || undefined, 'text-anchor': anchor })}>${escapeMarkup(words)}</text>`
  );
}

/** A round stop; a proxy that is really there is a house of its own. The sign says without colour what the colour says. */
function stop({ layer, state, open }: Stop, x: number, y: number, proxied: boolean): string {
  const big = state === 'failed' ? 15 : 11;
  const kind = open ? 'stop-open' : `stop-${state}`;
  const shape =
    layer === 'proxy' && proxied
      ? `<rect${attributes({ class: kind, x: round(x - 19), y: round(y - 15), width: 38, height: 30, rx: 6 })}/>`
      : `<circle${attributes({ class: kind, cx: round(x), cy: round(y), r: big })}/>`;
  const at = (points: string) => `<path${attributes({ class: 'sign', d: points })}/>`;
  const [X, Y] = [round(x), round(y)];
  if (state === 'ok') return shape + at(`M${X - 4.5} ${Y}l3 3.5l6 -7`);
  if (state === 'failed') return shape + at(`M${X - 5} ${Y - 5}l10 10m0 -10l-10 10`);
  return state === 'warned' ? shape + at(`M${X} ${Y - 5}v5m0 4.5v.01`) : shape;
}

/** What is wrong, above its stop, and turned inwards at the ends. */
function saying({ why, state }: Stop, x: number, y: number): string {
  const anchor = x < 350 ? 'start' : x > 660 ? 'end' : 'middle';
  const from = anchor === 'start' ? x - 15 : anchor === 'end' ? x + 15 : x;
  const told = lines(why, 46, 2);
  return told.map((words, row) => label(from, y - (told.length - 1 - row) * 17, words, `say c-${state}`, anchor)).join('');
}

function agentBox(x: number, y: number, width: number, height: number, report: Report, letters: number): string {
  const { where, layers } = report;
  const ours = layers.filter(({ target }) => target === 'self');
  const state = ours.some((each) => each.state === 'failed') ? '-failed' : ours.some((each) => each.state === 'warned') ? '-warned' : '';
  const worst = ours.find((each) => each.state === 'failed' || each.state === 'warned');
  const wrong = worst ? reasonWords(worst, report) : '';
  const identity = identityWords(where).replace(/^system:serviceaccount:/, '');
  const details = [placeWords(where), vantageWords(where), identity].filter(Boolean).flatMap((words) => lines(words, letters, 2));
  const told = [...details, ...lines(wrong, letters, 3).map((words) => `! ${words}`)].slice(0, Math.floor((height - 40) / 17));
  const top = height > 200 ? y + height / 2 - told.length * 9 : y + 28;
  return box(`box${state}`, x, y, width, height, [
    label(x + width / 2, top, say('agent'), 'strong', 'middle'),
    ...told.map((words, row) =>
      label(x + width / 2, top + 20 + row * 17, words, words.startsWith('! ') ? `say small c${state}` : 'small', 'middle'),
    ),
  ]);
}

function serverBoxes(
  { where }: Report,
  lanes: readonly Lane[],
  first: [number, number],
  second: [number, number],
  width: number,
): string[] {
  return lanes.map(({ server, arrives }, at) => {
    const [x, y] = at === 0 ? first : second;
    const told = [server === 'kubelet' ? where.node : '', where[server]].filter(Boolean).map((words) => cut(oneLine(words), 22));
    const rows = told.map((words, row) => label(x + width / 2, y + 52 + row * 17, words, 'small', 'middle'));
    return box(arrives ? 'box-ok' : 'box', x, y, width, 88, [label(x + width / 2, y + 32, server, 'strong', 'middle'), ...rows]);
  });
}

function box(kind: string, x: number, y: number, width: number, height: number, inner: readonly string[]): string {
  return `<rect${attributes({ class: kind === 'box' ? 'box' : `box ${kind}`, x, y, width, height, rx: 10 })}/>${inner.join('')}`;
}

/** The kubelet's own way to the apiserver, which no agent sees but all depend on. */
function link(x1: number, y1: number, x2: number, y2: number, { findings }: Report, kind: 'wide' | 'tall'): string {
  const broken = flatten(findings).some(({ cause }) => BETWEEN.includes(cause));
  const wire = line(x1, y1, x2, y2, broken ? ' wire-failed' : ' wire-off');
  const words = broken ? say('cannotAsk') : say('checksTokens');
  return kind === 'wide' ? wire + label(x1 - 14, (y1 + y2) / 2 + 4, words, broken ? 'say small c-failed' : 'small', 'end') : wire;
}

/** Words in lines of at most so many letters; what does not fit is cut with a mark. */
function lines(words: string, letters: number, most: number): string[] {
  const rows: string[] = [];
  let row = '';
  for (const word of oneLine(words)
    .split(' ')
    .flatMap((each) => broken(each, letters))) {
    const longer = row ? `${row} ${word}` : word;
    if (row && [...longer].length > letters) {
      rows.push(row);
      row = word;
    } else row = longer;
    if (rows.length > most) break;
  }
  if (row) rows.push(row);
  const shown = rows.slice(0, most).map((each) => cut(each, letters));
  if (rows.length > most) shown.push(cut(`${shown.pop() ?? ''}…`, letters));
  return shown;
}

/** A long name in pieces that end where a name may be broken. */
function broken(word: string, letters: number): string[] {
  const characters = [...word];
  const pieces: string[] = [];
  let from = 0;
  while (characters.length - from > letters) {
    const piece = characters.slice(from, from + letters);
    const seam = piece.findLastIndex((each) => ':/-.'.includes(each));
    const end = seam > 0 ? seam + 1 : letters;
    pieces.push(piece.slice(0, end).join(''));
    from += end;
  }
  return [...pieces, characters.slice(from).join('')];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
