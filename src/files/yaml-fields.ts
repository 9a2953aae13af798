/** Reads a YAML file field by field, and says in which line something is wrong. */
import { type Document, LineCounter } from 'yaml';
import { printable, SENTENCE } from '../host/redact.js';
import { createFields, FAULT, type Faulty, type Fields, type Step } from './fields.js';
import { yamlFault, yamlThrown } from './yaml-faults.js';
import { parseFirst } from './yaml-parse.js';

/**
 * Parses and reads a file; whatever is wrong becomes one line. As kubectl: YAML 1.1 (`yes` is true, `n` is false), only the first document,
 * and of a key given twice the last. JSON is YAML.
 */
export function readYaml<T extends object>(text: string, file: string, read: (root: Fields) => T): T | { error: string } {
  const lines = new LineCounter();
  try {
    const documents = parseFirst(text, lines);
    if (typeof documents === 'string') return { error: printable(`${file} ${documents}`, SENTENCE) };
    const [document] = documents;
    const [first] = document?.errors ?? [];
    if (first) return { error: printable(`${file}:${lines.linePos(first.pos[0]).line}: ${yamlFault(first)}`, SENTENCE) };
    const line = (path: Step[]) => lineOf(document, path, lines);
    const fault: Faulty = Object.assign(
      (path: Step[], what: string) => Object.assign(new Error(`${file}:${line(path)}: ${what}`), { name: FAULT }),
      { line },
    );
    // The alias limit stops a few lines from growing into gigabytes.
    return read(createFields(document?.toJS({ maxAliasCount: 100 }), [], fault));
  } catch (thrown) {
    const error = thrown as Error;
    return { error: printable(error.name === FAULT ? error.message : `${file}: ${yamlThrown(error)}`, SENTENCE) };
  }
}

/** The line where the value stands, or the nearest enclosing value that has a place (a merged `<<` key has none). */
function lineOf(document: Document.Parsed | undefined, path: Step[], lines: LineCounter): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document?.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
