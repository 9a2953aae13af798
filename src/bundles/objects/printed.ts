/**
 * Lists as kubectl and Go print them, a field a line: where an item ends is seen by its lines, and what no one reads of it need not be decoded. No string
 * of JSON holds the end of a line, so a line that begins with so many blanks and a brace is what it looks like, as long as the item is JSON at all.
 */
import { kindOf } from '../kinds.js';

/** Of the text between items: an item from its brace on; that more text is needed; or that it is not printed so. */
export type Printed = { from: number; end: number; indent: string } | 'more' | 'no';

/** Blanks before an item: kubectl indents by four, others by one to eight. */
const BEGINS = /^,?\n( {1,16})\{\n/;
const LONGEST_BEGINNING = 20;
const LINE_FEED = 10;

/** `looked`: how far there is no end. */
export function printedItem(rest: string, at: number, looked: number): Printed {
  const begin = rest.slice(at, at + LONGEST_BEGINNING);
  const indent = BEGINS.exec(begin)?.[1];
  if (indent === undefined) return /^(?:,?\n? {0,16}|,?\n {1,16}\{)$/.test(begin) ? 'more' : 'no';
  const from = at + begin.indexOf('{');
  // Blanks are most of such a text: a brace is found sooner than the line that it is in.
  for (let brace = rest.indexOf('}', Math.max(from, looked)); brace >= 0; brace = rest.indexOf('}', brace + 1))
    if (rest.charCodeAt(brace - indent.length - 1) === LINE_FEED && rest.startsWith(indent, brace - indent.length))
      return { from, end: brace + 1, indent };
  return 'more';
}

/** Of these the managed fields date something; of a Node only where it keeps pods off. */
const DATED: readonly (string | undefined)[] = [
  'DaemonSet',
  'DatadogAgent',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'NetworkPolicy',
];

/**
 * The same item without what is read by no one, and of a kind that no one reads its age alone. `indent` stands before its braces; `own` is its kind where
 * it does not say it.
 */
export function shortened(text: string, indent: string, own?: string): string {
  const first = /^\{\n( {1,32})/.exec(text)?.[1];
  if (first === undefined || first.length <= indent.length) return text;
  const [field, inner] = [`\n${first}`, `\n${first}${first.slice(indent.length)}`];
  const kind = wordBehind(text, `${field}"kind": "`) ?? own;
  if (kind !== undefined && kindOf(kind) === undefined) {
    const creationTimestamp = wordBehind(text, `${inner}"creationTimestamp": "`);
    return JSON.stringify({ kind, metadata: { name: '', creationTimestamp } });
  }
  if (kind === undefined || DATED.includes(kind)) return text;
  if (kind !== 'Node') return emptied(text, inner, 'managedFields');
  const isKeptOff = text.includes('"taints"') || text.includes('"unschedulable"');
  const short = emptied(text, inner, 'images');
  return isKeptOff ? short : emptied(short, inner, 'managedFields');
}

/** To the quote behind it. */
function wordBehind(text: string, before: string): string | undefined {
  const at = text.indexOf(before);
  if (at < 0) return undefined;
  const word = text.slice(at + before.length, text.indexOf('"', at + before.length));
  return /^[\w.:+-]{1,80}$/.test(word) ? word : undefined;
}

/** A list that stands on lines of its own has nothing in it. */
function emptied(text: string, line: string, field: string): string {
  const begin = `${line}"${field}": [`;
  const from = text.indexOf(`${begin}\n`);
  const to = from < 0 ? -1 : text.indexOf(`${line}]`, from + begin.length);
  return to < 0 ? text : text.slice(0, from + begin.length) + text.slice(to + line.length);
}

/**
 * The same of a document of YAML as programs write it: of an object, or of a list whose items begin at the margin. A field is one by its blanks and by what
 * stands above it with fewer: no text in another field looks so.
 */
export function shortenedYaml(text: string, kind: string): string {
  const one = kind.replace(/List$/, '');
  if (kindOf(one) === undefined || DATED.includes(one)) return text;
  const isDated = one === 'Node' && /\b(?:taints|unschedulable):/.test(text);
  return ['', '  '].reduce((short, indent) => {
    const without = one === 'Node' ? emptiedYaml(short, indent, 'status', 'images') : short;
    return isDated ? without : emptiedYaml(without, indent, 'metadata', 'managedFields');
  }, text);
}

function emptiedYaml(text: string, indent: string, parent: string, field: string): string {
  const line = `\n${indent}  ${field}:\n`;
  const parts: string[] = [];
  let kept = 0;
  for (let at = text.indexOf(line); at >= 0; at = text.indexOf(line, at + line.length - 1)) {
    if (aboveIt(text, at, indent.length) !== parent) continue;
    let end = at + line.length;
    // A list of YAML begins under its name or to the right of it.
    while (text.startsWith(`${indent}  `, end) && /[ -]/.test(text[end + indent.length + 2] ?? '')) {
      const next = text.indexOf('\n', end);
      end = next < 0 ? text.length : next + 1;
    }
    parts.push(text.slice(kept, at + line.length - 1), ' []\n');
    kept = end;
    at = end - line.length;
  }
  return kept === 0 ? text : parts.join('') + text.slice(kept);
}

/** The name of the field above, with so many blanks before it or the dash of an item: of the nearest line that has no more. */
function aboveIt(text: string, from: number, blanks: number): string | undefined {
  for (let end = from; end > 0; ) {
    const begin = text.lastIndexOf('\n', end - 1) + 1;
    const head = text.slice(begin, Math.min(end, begin + blanks + 1));
    if (/[^ ]/.test(head)) {
      const name = /^(?: *|- )(\w+):$/.exec(text.slice(begin, Math.min(end, begin + 80)));
      return name?.[1];
    }
    end = begin - 1;
  }
  return undefined;
}

/** Whether it nests deeper than that, as whoever goes through it recurses. */
export function isDeeperThan(most: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (most === 0) return true;
  for (const each of Array.isArray(value) ? value : Object.values(value))
    if (typeof each === 'object' && each !== null && isDeeperThan(most - 1, each)) return true;
  return false;
}
