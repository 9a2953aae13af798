/**
 * YAML as programs write it, quickly: block mappings and lists of plain words, of which every reader of every version makes the same. A kubeconfig that
 * kubectl or kubeadm wrote is such a file, and so is a kubelet's configuration; before they are read nobody can be asked. Whatever else stands in one is
 * left to the reader that knows all of YAML and can say what is wrong with it.
 */
import { CORE_SCHEMA, load } from 'js-yaml';
import { createFields, type Fields } from './fields.js';

/** Longer ones are not written by hand, and no kubeconfig. */
const LONGEST = 256 * 1024;
/** Neither a number, a date nor an anchor begins with a letter or a slash; what ends with a colon would be a key. */
const WORD = '[A-Za-z/][\\w.+/=:@-]*(?<!:)';
/** A whole number, with a unit perhaps; a duration as Go writes it; an address, alone or with the length of its network. */
const NUMBER = '(?:0|[1-9]\\d{0,14})(?:[KMG]i|%|ms|s|m(?:\\d{1,2}s)?|h(?:\\d{1,2}m\\d{1,2}s)?)?|\\d{1,3}(?:\\.\\d{1,3}){3}(?:/\\d{1,2})?';
const QUOTED = `"[ !#-[\\]-~]*"|'[ -&(-~]*'`;
const KEY = new RegExp(`^ {0,20}(?:- ){0,2}[A-Za-z][\\w./-]*:(?: (?:${WORD}|${NUMBER}|${QUOTED}|\\{\\}|\\[\\]))?$`);
const ITEM = new RegExp(`^ {0,20}- (?:${WORD}|${NUMBER}|${QUOTED})$`);
/** What these mean depends on the version of YAML, and as a key that of others too. */
const MEANT = /^[ -]*(?:y|n|yes|no|on|off|true|false|null):|[:-] (?:y|n|yes|no|on|off|e[-+]?\d+)$/im;

/** What `read` makes of the file; undefined where that is for the other reader to say. */
export function readQuickly<T extends object>(text: string, read: (root: Fields) => T): T | undefined {
  if (text.length > LONGEST || MEANT.test(text) || !text.split('\n').every(isPlain)) return undefined;
  try {
    // Of a key given twice the last counts, as with kubectl.
    return read(createFields(load(text, { schema: CORE_SCHEMA, json: true }), [], UNSAID));
  } catch {
    return undefined;
  }
}

const isPlain = (line: string): boolean => line === '' || KEY.test(line) || ITEM.test(line);

/** A fault is said by the other reader, which knows the line. */
const unsaid = (): never => {
  throw new Error('for the other reader');
};
const UNSAID = Object.assign(unsaid, { line: unsaid });
