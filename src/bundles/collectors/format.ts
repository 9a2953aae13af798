/**
 * Whose bundle it is, by the files in it: the name of an archive says nothing (other vendors call theirs must-gather too). Marks may stand at any depth, as
 * users pack what they have; those nearest to the top win.
 */
import { namesByLevel } from '../../files/packed/names.js';
import { FORMATS, type Format } from './formats.js';

export interface Recognised {
  format: Format;
  /** Folders in which its files are, with a `/` at their end, or nothing: several where there are several collections of one cluster. */
  roots: readonly string[];
}

export interface Recogniser {
  /** A file's path, with no `..` in it. */
  see(path: string): void;
  /** A line between objects. */
  hear(line: string): void;
  /** Undefined where no mark stands, as in a folder of what `kubectl get` printed. */
  found(): Recognised | undefined;
}

const WORD = '[^/]+';
const MARKS = [...new Set(FORMATS.flatMap(({ marks, weak = [] }) => [...marks, ...weak].flat()))];
/** A file's own name decides whether its path is looked at; a folder is looked at once. */
const OF_FOLDERS = MARKS.filter((mark) => mark.endsWith('/')).map((mark) => [mark, patternOf(mark)] as const);
const OF_FILES = MARKS.filter((mark) => !mark.endsWith('/')).map((mark) => [mark, patternOf(mark)] as const);
const FILE_NAMES = new RegExp(`(?:^|/)(?:${OF_FILES.map(([mark]) => globbed(mark.slice(mark.lastIndexOf('/') + 1))).join('|')})$`);

function globbed(mark: string): string {
  return mark
    .split('*')
    .map((part) => part.replace(/[.$]/g, String.raw`\$&`))
    .join(WORD);
}

/** The first group is the root. */
function patternOf(mark: string): RegExp {
  return new RegExp(`^((?:[^/]+/)*?)${globbed(mark)}${mark.endsWith('/') ? '' : '$'}`);
}

/** Takes the paths of a bundle as they come: it needs all, and keeps only where marks stand. */
export function createRecogniser(): Recogniser {
  const at = new Map<string, Set<string>>();
  const folders = new Set<string>();
  let told: Format | undefined;
  const look = (path: string, marks: typeof OF_FILES) => {
    for (const [mark, pattern] of marks) {
      const root = pattern.exec(path)?.[1];
      if (root === undefined) continue;
      const roots = at.get(mark) ?? new Set();
      at.set(mark, roots.add(root));
    }
  };
  return {
    see(path) {
      const folder = path.slice(0, path.lastIndexOf('/') + 1);
      if (folder && !folders.has(folder)) {
        folders.add(folder);
        look(folder, OF_FOLDERS);
      }
      if (FILE_NAMES.test(path)) look(path, OF_FILES);
    },
    hear(line) {
      told ??= FORMATS.find((format) => format.line?.test(line));
    },
    found() {
      const strong = nearest(FORMATS.map((format) => ({ format, roots: rootsOf(format.marks, at) })));
      const weak = strong ?? nearest(FORMATS.map((format) => ({ format, roots: rootsOf(format.weak ?? [], at) })));
      return weak ?? (told && { format: told, roots: [''] });
    },
  };
}

/** The table's order where two are equally near to the top: the one that asks for more stands first. */
function nearest(all: readonly Recognised[]): Recognised | undefined {
  const top = Math.min(...all.filter(({ roots }) => roots.length > 0).map(({ roots }) => depthOf(roots[0])));
  return all.find(({ roots }) => roots.length > 0 && depthOf(roots[0]) === top);
}

/** Nearest to the top first, without those in one another. */
function rootsOf(rows: Format['marks'], at: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const all = rows.flatMap((row) => {
    const [first, ...others] = row.map((mark) => at.get(mark) ?? new Set<string>());
    return [...(first ?? [])].filter((root) => others.every((other) => other.has(root)));
  });
  const outer = new Set<string>();
  for (const root of [...new Set(all)].sort((a, b) => depthOf(a) - depthOf(b) || (a < b ? -1 : 1)))
    if (!isBelow(root, outer)) outer.add(root);
  return [...outer];
}

function isBelow(root: string, others: ReadonlySet<string>): boolean {
  for (let at = root.indexOf('/'); at >= 0; at = root.indexOf('/', at + 1)) if (others.has(root.slice(0, at + 1))) return true;
  return others.has('');
}

function depthOf(root = ''): number {
  return root.split('/').length;
}

/** Of its collector, from the file that names it, or from the name of the archive. */
export function versionOf({ version, id }: Format, text: string, archive: string): string | undefined {
  if (id === 'eks') return /_(\d+\.\d+\.\d+)\.t/.exec(archive)?.[1];
  const at = version?.after.exec(text);
  return at ? /^[\w.+-]{1,60}/.exec(text.slice(at.index + at[0].length))?.[0] : undefined;
}

/** Names that belong to no bundle; with more of them it is a folder of other things, as /tmp is. */
const MOST_OTHERS = 10_000;
/** What may hold objects or logs: a folder of hardly anything else is gone through, however large it is. */
const MAY_BE_READ = /(?:\.(?:ya?ml|json|log(?:\.[\w-]+)?)|\/)$/i;
const HARDLY_ELSE = 0.9;
/** So much further for a bundle that can be named. */
const LOOKED_ON = 4;

/** Why a folder is not gone through, by its names alone, in words that go after its own. */
export function whyNoBundle(top: string, most: number = MOST_OTHERS): string | undefined {
  const recogniser = createRecogniser();
  let roots: readonly string[] = [];
  let [others, readable] = [0, 0];
  const isInBundle = (folder: string) => roots.some((root) => folder.startsWith(root));
  for (const names of namesByLevel(top, (folder) => !isInBundle(folder))) {
    for (const name of names) recogniser.see(name);
    roots = recogniser.found()?.roots ?? [];
    if (roots.includes('')) return undefined;
    others += names.length;
    readable += names.filter((name) => MAY_BE_READ.test(name)).length;
    if (others > most * (roots.length > 0 ? 1 : LOOKED_ON)) break;
  }
  if (others <= most || readable > HARDLY_ELSE * others) return undefined;
  const what = `is a folder of more than ${most} files that belong to no support bundle`;
  const format = recogniser.found()?.format;
  return format
    ? `${what}; name the bundle in it: ${roots[0]} (${format.name})`
    : `${what}; name the bundle's own folder, its archive or one file`;
}
