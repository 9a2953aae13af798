/** The regular expressions of a source text, and texts each of them may need quadratic time for. */

export interface Literal {
  line: number;
  pattern: RegExp;
}

/** After these a slash begins a pattern; after anything else it divides. */
const BEFORE_PATTERN = /(?:^|[=(,[!&|?:;{}<>+\-*%~^]|\b(?:return|typeof|case|in|of))\s*$/;

/** Every regular expression literal of TypeScript or JavaScript; what stands in comments, strings and template texts is none. */
export function literalsOf(source: string): Literal[] {
  const found: Literal[] = [];
  /** Depth of braces at which each open template goes on. */
  const templates: number[] = [];
  let depth = 0;
  let code = '';
  for (let at = 0; at < source.length; ) {
    const c = source.charAt(at);
    const two = source.slice(at, at + 2);
    if (two === '//') at = endOr(source, source.indexOf('\n', at));
    else if (two === '/*') at = endOr(source, source.indexOf('*/', at + 2) + 2);
    else if (c === '"' || c === "'") {
      at = afterString(source, at, c);
      code = 'x';
    } else if (c === '`' || (c === '}' && templates.at(-1) === depth)) {
      if (c === '}') templates.pop();
      const end = afterTemplateText(source, at + 1);
      if (source.startsWith('${', end - 2)) templates.push(depth);
      code = source.startsWith('${', end - 2) ? '{' : 'x';
      at = end;
    } else if (c === '/' && BEFORE_PATTERN.test(code.slice(-12))) {
      const end = afterPattern(source, at);
      const flags = /^[a-z]*/.exec(source.slice(end, end + 8))?.[0] ?? '';
      found.push({ line: source.slice(0, at).split('\n').length, pattern: new RegExp(source.slice(at + 1, end - 1), flags) });
      code = 'x';
      at = end + flags.length;
    } else {
      if (c === '{') depth += 1;
      if (c === '}') depth -= 1;
      code = (code + c).slice(-40);
      at += 1;
    }
  }
  return found;
}

const endOr = (source: string, at: number) => (at < 2 ? source.length : at);

function afterString(source: string, from: number, quote: string): number {
  let at = from + 1;
  while (at < source.length && source.charAt(at) !== quote) at += source.charAt(at) === '\\' ? 2 : 1;
  return at + 1;
}

function afterTemplateText(source: string, from: number): number {
  let at = from;
  while (at < source.length && source.charAt(at) !== '`') {
    if (source.startsWith('${', at)) return at + 2;
    at += source.charAt(at) === '\\' ? 2 : 1;
  }
  return at + 1;
}

function afterPattern(source: string, from: number): number {
  let inClass = false;
  for (let at = from + 1; at < source.length; at += 1) {
    const c = source.charAt(at);
    if (c === '\\') at += 1;
    else if (c === '[') inClass = true;
    else if (c === ']') inClass = false;
    else if (c === '/' && !inClass) return at + 1;
  }
  throw new Error('a pattern without an end');
}

/** A bound up to this makes the work at each place of a text constant. */
const LARGE = 2000;

/** A pattern as far as it matters for making texts of it. `open` repeats without an end worth the name. */
type Node =
  | { kind: 'one'; matches(character: string): boolean }
  | { kind: 'nothing' }
  | { kind: 'sequence'; parts: Node[] }
  | { kind: 'either'; parts: Node[] }
  | { kind: 'repeat'; part: Node; min: number; open: boolean };

const ALPHABET = [...Array(128).keys()].map((code) => String.fromCharCode(code)).concat('\u2028', '\u202e', '\ud800', '\ue000', '\u00e9');

/** Beginnings, a part to repeat, and endings: each text is `before + part × n + after`. */
export interface Attack {
  before: string;
  part: string;
  after: string;
}

export function attacksOn(pattern: RegExp): Attack[] {
  const { node, atoms } = parse(pattern);
  // Of characters no atom tells apart, one will do.
  const kinds = new Map(ALPHABET.map((c) => [atoms.map((matches) => (matches(c) ? 1 : 0)).join(''), c]));
  const letters = [...kinds.values()];
  const matchedBy = (c: string) => atoms.filter((matches) => matches(c)).length;
  const ranked = letters.toSorted((a, b) => matchedBy(a) - matchedBy(b));
  const endings = [...new Set(['', ...ranked.slice(0, 3), ...ranked.slice(-2)])];
  const attacks = new Map<string, Attack>();
  const add = (before: string, part: string) => {
    if (part === '') return;
    for (const after of endings) attacks.set(JSON.stringify([before, part, after]), { before, part, after });
  };
  const visit = (one: Node, before: string): void => {
    if (one.kind === 'either') for (const part of one.parts) visit(part, before);
    if (one.kind === 'sequence') {
      let sofar = before;
      for (const part of one.parts) {
        visit(part, sofar);
        sofar += shortest(part, letters);
        add('', sofar);
      }
    }
    if (one.kind === 'repeat') {
      if (one.open) {
        for (const part of pumps(one.part, letters)) {
          for (const start of new Set(['', before])) add(start, part);
          for (const start of new Set([before, before.slice(-1)])) add('', start + part);
        }
      }
      visit(one.part, before);
    }
  };
  // Without an open repetition the work at each place of a text has a bound.
  if (hasOpen(node)) visit(node, '');
  return [...attacks.values()];
}

const hasOpen = (node: Node): boolean =>
  node.kind === 'repeat' ? node.open || hasOpen(node.part) : 'parts' in node && node.parts.some(hasOpen);

/** What a repeated part may look like: each letter it can begin with, each alternative, and itself twice. */
function pumps(node: Node, letters: string[]): string[] {
  if (node.kind === 'one') return letters.filter((c) => node.matches(c));
  if (node.kind === 'either') return node.parts.flatMap((part) => pumps(part, letters));
  if (node.kind === 'repeat') return pumps(node.part, letters);
  return [shortest(node, letters), ...(node.kind === 'sequence' ? node.parts.flatMap((part) => pumps(part, letters)) : [])];
}

function shortest(node: Node, letters: string[]): string {
  switch (node.kind) {
    case 'nothing':
      return '';
    case 'one':
      return letters.find((c) => node.matches(c)) ?? '';
    case 'sequence':
      return node.parts.map((part) => shortest(part, letters)).join('');
    case 'either':
      return node.parts.map((part) => shortest(part, letters)).sort((a, b) => a.length - b.length)[0] ?? '';
    case 'repeat':
      return shortest(node.part, letters).repeat(node.min);
  }
}

/** A short text for each way that a pattern has: every alternative once, and each part that may be missing there and not there. */
export function waysOf(pattern: RegExp): string[] {
  const letters = [' ', 'a', '1', ...ALPHABET.slice(32)];
  /** What may be anything is a blank: words stay apart. */
  const isGap = (node: Node) => node.kind === 'one' && node.matches(' ') && node.matches('a');
  const waysIn = (node: Node): string[] => {
    switch (node.kind) {
      case 'nothing':
        return [''];
      case 'one':
        return [letters.find((c) => node.matches(c)) ?? ''];
      case 'either':
        return node.parts.flatMap(waysIn);
      case 'repeat':
        if (isGap(node.part)) return [' '.repeat(Math.max(node.min, 1))];
        return [...(node.min === 0 ? [''] : []), ...waysIn(node.part).map((way) => way.repeat(Math.max(node.min, 1)))];
      case 'sequence': {
        const ways = node.parts.map(waysIn);
        const first = ways.map(([one = '']) => one);
        return [first.join(''), ...ways.flatMap((others, at) => others.slice(1).map((other) => first.with(at, other).join('')))];
      }
    }
  };
  return [...new Set(waysIn(parse(pattern).node))].filter((way) => new RegExp(pattern.source, pattern.flags.replace('g', '')).test(way));
}

function parse(pattern: RegExp): { node: Node; atoms: ((character: string) => boolean)[] } {
  const { source } = pattern;
  const flags = pattern.flags.replace(/[gym]/g, '');
  const atoms: ((character: string) => boolean)[] = [];
  let at = 0;
  const take = (expected: RegExp): string | undefined => {
    const [taken] = new RegExp(expected.source, 'y').exec(source.slice(at)) ?? [];
    at += taken?.length ?? 0;
    return taken;
  };
  const alternatives = (): Node => {
    const parts = [sequence()];
    while (take(/\|/)) parts.push(sequence());
    return parts.length === 1 ? (parts[0] as Node) : { kind: 'either', parts };
  };
  const sequence = (): Node => {
    const parts: Node[] = [];
    while (at < source.length && source.charAt(at) !== '|' && source.charAt(at) !== ')') parts.push(repeated(atom()));
    return { kind: 'sequence', parts };
  };
  const repeated = (part: Node): Node => {
    const times = take(/[*+?]|\{\d+(?:,\d*)?\}/);
    if (times === undefined) return part;
    take(/\?/);
    const [, least = '0', most] = /^\{(\d+)(?:,(\d*))?\}$/.exec(times) ?? ['', times === '+' ? '1' : '0', times === '?' ? '1' : ''];
    return { kind: 'repeat', part, min: Number(least), open: most !== undefined && (most === '' || Number(most) > LARGE) };
  };
  const atom = (): Node => {
    if (take(/\((?:\?(?:<(?![=!])[^>]*>|:))?(?!\?)/) !== undefined) return closed(alternatives());
    // What a look must see may stand there as well: it is walked like a part that may be missing.
    if (take(/\(\?<?[=!]/)) return { kind: 'repeat', part: closed(alternatives()), min: 0, open: false };
    if (take(/\^|\$|\\b|\\B/)) return { kind: 'nothing' };
    const text = take(
      /\[(?:\\[\s\S]|[^\]\\])*\]|\\(?:u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[pP]\{[^}]*\}|k<[^>]*>|[\s\S])|[\s\S]/,
    );
    const single = new RegExp(`^(?:${text})$`, flags);
    const matches = (character: string) => single.test(character);
    atoms.push(matches);
    return { kind: 'one', matches };
  };
  const closed = (node: Node): Node => {
    if (take(/\)/) === undefined) throw new Error(`cannot read the pattern ${source}`);
    return node;
  };
  const node = alternatives();
  if (at !== source.length) throw new Error(`cannot read the pattern ${source} from ${source.slice(at)}`);
  return { node, atoms };
}
