/**
 * How much of what someone else wrote is read: one number for each kind, looked at before anything is built of it. What is larger is one line, not a
 * crash: a program that runs as root must end in its time whatever lies in a file.
 */

const MiB = 1024 * 1024;

export const BOUNDS = {
  /** Bytes of a file that is read whole: kubeconfig, certificates, configuration. */
  file: MiB,
  /** Bytes of a manifest: a rendered chart with its CRDs is some. */
  manifest: 8 * MiB,
  /** Bytes of one report or facts file. */
  report: 32 * MiB,
  /** Bytes of an archive, unpacked: a must-gather has gigabytes of logs that are passed over. Of those, what is read. */
  archive: 32 * 1024 * MiB,
  archiveRead: 8 * 1024 * MiB,
  /** Bytes of an archive that must be held to be read: a zip on standard input or in another archive. */
  held: 128 * MiB,
  /** Archives in one another; a folder is none. */
  archives: 2,
  entries: 500_000,
  /** Bytes of all names of an archive together. */
  names: 128 * MiB,
  archiveSeconds: 300,
  /** Bytes of a name in an archive. PATH_MAX of Linux. */
  name: 4096,
  /** Mappings and lists in one another. Readers recurse; our own deepest report has 20, a CustomResourceDefinition 50. */
  nesting: 100,
  /** Values and keys of JSON. A merged report of 5000 nodes has a tenth. */
  values: 1_000_000,
  /** The same of an answer: a page of Nodes is of megabytes. */
  answerValues: 4_000_000,
  /** Fields of one mapping that no version of ours knows: a later minor version adds some. */
  unknownFields: 1000,
  /** Tokens of YAML (a word, a sign, a line's indent): at worst 5 µs each, so fewer in what is found than in what is named. */
  yamlTokens: 100_000,
  manifestTokens: 2_000_000,
  documents: 10_000,
  /** Inputs of `merge` that are named as unreadable; the others are counted. */
  unread: 1000,
} as const;

/** Why a JSON text is not parsed, in words that go after its name: looked at without recursion, and outside strings. */
export function tooMuchJson(text: string, mostValues: number = BOUNDS.values): string | undefined {
  let [depth, values] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const c = text.charCodeAt(at);
    if (c === 0x22) at = endOfString(text, at);
    else if (c === 0x2c || c === 0x3a) values += 1;
    else if (c === 0x5b || c === 0x7b) depth += 1;
    else if (c === 0x5d || c === 0x7d) depth -= 1;
    if (depth > BOUNDS.nesting) return `is nested deeper than ${BOUNDS.nesting} levels`;
    if (values > mostValues) return `contains more than ${mostValues} values`;
  }
  return undefined;
}

/** Of a value that was built: nesting alone, since the length of its text bounds the rest. */
export function isNestedDeeper(value: unknown, than: number = BOUNDS.nesting): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (than === 0) return true;
  const inner: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  return inner.some((each) => typeof each === 'object' && isNestedDeeper(each, than - 1));
}

/** Where the string that begins at `from` ends; at the end of the text where it does not. */
export function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === 0x5c) before -= 1;
    if ((end - before) % 2 === 0) return end;
  }
  return text.length;
}
