/**
 * YAML as programs write it, quickly: what an apiserver's objects look like in a bundle of thousands of files. Anchors, with which a few lines can grow into
 * gigabytes, and what this reader does not take are left to the one that counts every token.
 */
import { CORE_SCHEMA, load } from 'js-yaml';
import { readYamlDocuments } from './yaml-documents.js';

const ANCHOR = /(?:^|[:\-[,{?])[ \t]*&[\w-]/m;
/** Every token costs 5 µs there. */
const MOST_SLOWLY = 1 << 20;

/** One document; undefined where it is none that can be read. */
export function readPlainYaml(text: string, file: string): unknown {
  if (!ANCHOR.test(text)) {
    try {
      // A date stays as it is written, and of a key given twice the last counts, as with kubectl. It nests 100 deep at most.
      return load(text, { schema: CORE_SCHEMA, json: true });
    } catch {
      // As below.
    }
  }
  const documents = text.length <= MOST_SLOWLY ? readYamlDocuments(text, file) : undefined;
  return Array.isArray(documents) ? documents[0] : undefined;
}
