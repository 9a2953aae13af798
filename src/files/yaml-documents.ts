/** All documents of a YAML file as plain values: manifests. For one document that is read field by field see yaml-fields.ts. */
import { LineCounter } from 'yaml';
import { printable, SENTENCE } from '../host/redact.js';
import { yamlFault, yamlThrown } from './yaml-faults.js';
import { parseYaml } from './yaml-parse.js';

/** The values, or one line, `file:line: what`. YAML 1.1, as kubectl and Helm read it: `yes` and `on` are true. */
export function readYamlDocuments(text: string, file: string): unknown[] | { error: string } {
  const lines = new LineCounter();
  try {
    const documents = parseYaml(text, lines);
    if (typeof documents === 'string') return { error: printable(`${file} ${documents}`, SENTENCE) };
    const [wrong] = documents.flatMap(({ errors }) => errors);
    if (wrong) return { error: printable(`${file}:${lines.linePos(wrong.pos[0]).line}: ${yamlFault(wrong)}`, SENTENCE) };
    // The alias limit stops a few lines from growing into gigabytes.
    return documents.map((document): unknown => document.toJS({ maxAliasCount: 100 }));
  } catch (error) {
    return { error: printable(`${file}: ${yamlThrown(error)}`, SENTENCE) };
  }
}
