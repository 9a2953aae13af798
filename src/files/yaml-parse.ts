/** YAML of anyone, token by token: how deep and how much it is, is known before anything that recurses sees it. */
import { Composer, type Document, Lexer, type LineCounter, Parser } from 'yaml';
import { BOUNDS } from '../model/bounds.js';

/** YAML 1.1, as kubectl and Helm read it: `yes` and `on` are true, and of a key given twice the last counts. */
const OPTIONS = { version: '1.1', uniqueKeys: false, prettyErrors: false, logLevel: 'silent' } as const;

class TooMuch extends Error {}

/** All documents, or why they are not read, in words that go after the file's name. What is no YAML is in the errors of a document. */
export function parseYaml(text: string, lines: LineCounter): Document.Parsed[] | string {
  return parse(text, lines, BOUNDS.manifestTokens, (documents) => {
    const found: Document.Parsed[] = [];
    for (const document of documents) {
      found.push(document);
      if (found.length > BOUNDS.documents) throw new TooMuch(`contains more than ${BOUNDS.documents} documents`);
    }
    return found;
  });
}

/** The first document alone; what follows it is not looked at. */
export function parseFirst(text: string, lines: LineCounter): Document.Parsed[] | string {
  return parse(text, lines, BOUNDS.yamlTokens, (documents) => {
    for (const document of documents) return [document];
    return [];
  });
}

function parse(
  text: string,
  lines: LineCounter,
  mostTokens: number,
  take: (documents: Iterable<Document.Parsed>) => Document.Parsed[],
): Document.Parsed[] | string {
  // A fault a token is possible, and a stack of each costs three quarters of the time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const composer = new Composer({ ...OPTIONS, lineCounter: lines });
    return take(composer.compose(bounded(text, lines, mostTokens)) as Iterable<Document.Parsed>);
  } catch (error) {
    if (error instanceof TooMuch) return error.message;
    throw error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** As `new Parser().parse`. A stack that ends while V8 compiles a pattern ends the process: no catch is of use there. */
function* bounded(text: string, lines: LineCounter, mostTokens: number) {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let tokens = 0;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > mostTokens) throw new TooMuch(`contains more than ${mostTokens} YAML tokens`);
    yield* parser.next(token);
    if (parser.stack.length > BOUNDS.nesting) throw new TooMuch(`is nested deeper than ${BOUNDS.nesting} levels`);
  }
  yield* parser.end();
}
