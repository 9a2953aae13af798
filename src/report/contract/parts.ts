/**
 * A JSON text read part by part, so that who reads many that are alike reads an equal part once. A part is read by `JSON.parse` alone; here is only
 * found where it ends. Undefined for what is not written plainly, or is none: a reader of the whole says what is wrong with it.
 */
import { BOUNDS, endOfString } from '../../model/bounds.js';

/** A part and what was read from it. */
export interface Part {
  text: string;
  value: unknown;
}

/** What stood in one place of the text before: most likely it stands there again, and then not even its end must be looked for. */
interface Slot {
  before?: Part;
}

/** How a value is read: its text as one; or, where it is a list or an object, part by part. */
export type Plan =
  | { kind: 'whole'; read: (text: string) => Part; slot: Slot }
  | { kind: 'list'; item: Plan; slots: Slot[] }
  | { kind: 'object'; memberOf: (key: string) => Plan | undefined; made: (members: Record<string, unknown>) => unknown };

type As<Kind extends Plan['kind']> = Plan & { kind: Kind };

/** Items of a list that have one. */
const MOST_SLOTS = 200;
/** Characters of a part that is remembered. */
export const LONGEST = 4000;

/** Why a text is left to who reads it whole. */
class Unusual extends Error {}

const [QUOTE, COMMA, COLON] = [0x22, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The value; undefined where the whole must be read. What a reader of the plan throws is thrown on. */
export function readByParts(text: string, plan: Plan): unknown {
  // So short that it cannot have too many values.
  if (text.length > BOUNDS.values) return undefined;
  try {
    return read(text, plan);
  } catch (error) {
    if (error instanceof Unusual || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function read(text: string, plan: Plan): unknown {
  let at = 0;

  const blanks = (): number => {
    let code = text.charCodeAt(at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++at);
    return code;
  };
  const take = (code: number): void => {
    if (blanks() !== code) throw new Unusual();
    at += 1;
  };
  /** True where another follows. */
  const goesOn = (close: number): boolean => {
    const code = blanks();
    if (code !== COMMA && code !== close) throw new Unusual();
    at += 1;
    return code === COMMA;
  };
  const isEmpty = (close: number): boolean => {
    at += 1;
    const empty = blanks() === close;
    if (empty) at += 1;
    return empty;
  };

  const value = (how: Plan, depth: number, slot?: Slot): unknown => {
    const first = blanks();
    if (how.kind === 'whole') return whole(how, depth, slot ?? how.slot);
    if (depth >= BOUNDS.nesting) throw new Unusual();
    if (how.kind === 'list' && first === OPEN_LIST) return list(how, depth + 1);
    if (how.kind === 'object' && first === OPEN_OBJECT) return object(how, depth + 1);
    throw new Unusual();
  };
  const whole = (how: As<'whole'>, depth: number, slot: Slot): unknown => {
    const { before } = slot;
    const from = at;
    if (before && text.slice(from, from + before.text.length) === before.text) {
      at += before.text.length;
      return before.value;
    }
    at = endOfValue(text, from, depth);
    const part = how.read(text.slice(from, at));
    // A number may go on.
    if (part.text.length <= LONGEST && /["\]}]$/.test(part.text)) slot.before = part;
    return part.value;
  };
  const list = ({ item, slots }: As<'list'>, depth: number): unknown[] => {
    const items: unknown[] = [];
    if (isEmpty(CLOSE_LIST)) return items;
    do {
      if (slots.length === items.length && slots.length < MOST_SLOTS) slots.push({});
      items.push(value(item, depth, slots[items.length]));
    } while (goesOn(CLOSE_LIST));
    return items;
  };
  const object = ({ memberOf, made }: As<'object'>, depth: number): unknown => {
    const members: Record<string, unknown> = {};
    if (isEmpty(CLOSE_OBJECT)) return made(members);
    do {
      const key = name();
      const member = memberOf(key);
      if (!member) throw new Unusual();
      take(COLON);
      // As JSON.parse does: the last of a name stands, in the place of the first.
      members[key] = value(member, depth);
    } while (goesOn(CLOSE_OBJECT));
    return made(members);
  };
  const name = (): string => {
    if (blanks() !== QUOTE) throw new Unusual();
    const from = at + 1;
    const to = endOfString(text, at);
    const key = text.slice(from, to);
    // A name that is written with escapes, or that an object does not take as any other.
    if (key === '__proto__' || /[\\\u0000-\u001f]/.test(key)) throw new Unusual();
    at = to + 1;
    return key;
  };

  const made = value(plan, 0);
  blanks();
  if (at < text.length) throw new Unusual();
  return made;
}

/** Behind the value that begins there, as far as its brackets and quotes say: whether it is one is seen by who parses it. */
function endOfValue(text: string, from: number, around: number): number {
  let depth = around;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      depth += 1;
      if (depth > BOUNDS.nesting) throw new Unusual();
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      // The end of what is around it: it was a number or a word.
      if (depth === around) return at;
      depth -= 1;
      if (depth === around) return at + 1;
    } else if (code === COMMA && depth === around) return at;
    if (code === QUOTE && depth === around) return at + 1;
  }
  return text.length;
}
