/** A file of a bundle → the objects in it. What it is called decides nothing but where its objects do not say what they are. */

import type { Entry } from '../../files/packed/packed.js';
import { readPlainYaml } from '../../files/yaml-plain.js';
import { record } from '../../kubernetes/json.js';
import { type Kind, kindByPath, kindOf } from '../kinds.js';
import type { ObjectIndex } from '../objects.js';
import { createJsonStream } from './json-stream.js';
import { shortened, shortenedYaml } from './printed.js';

/** A list of 500 nodes in YAML is of some 20 MiB. */
const MOST_YAML = 64 << 20;

export type Syntax = 'json' | 'yaml';

/** By its name, and where that says nothing by its first characters; undefined where it holds no objects. */
export function syntaxOf(path: string, head: string): Syntax | undefined {
  const begins = head.replace(/^\uFEFF/, '').trimStart();
  if (begins.startsWith('{') || begins.startsWith('[')) return /\.(ya?ml|json|txt)$|[^.]{4}$/i.test(path) ? 'json' : undefined;
  if (/\.ya?ml$/i.test(path)) return 'yaml';
  return /^(?:---[^\n]*\n)?(?:apiVersion|kind|items|metadata):/.test(begins) ? 'yaml' : undefined;
}

/** What is read beside objects. */
export interface Beside {
  /** A JSON document that is no object of Kubernetes, as a version. */
  other?(json: unknown): void;
  /** A line of a log between documents, as `kubectl cluster-info dump` prints them. */
  logLine?(line: string): void;
}

/** What is read of it goes into the index. */
export async function readObjects(entry: Entry, syntax: Syntax, index: ObjectIndex, beside: Beside = {}): Promise<boolean> {
  const guess = kindByPath(entry.path);
  return syntax === 'json' ? readJson(entry, index, guess, beside) : readYaml(entry, index, guess, beside);
}

async function readJson(entry: Entry, index: ObjectIndex, guess: Kind | undefined, { other, logLine }: Beside): Promise<boolean> {
  const decoder = new TextDecoder();
  const ofList = (listKind: string | undefined) =>
    listKind === undefined || listKind === 'List' ? guess : listKind.endsWith('List') ? kindOf(listKind.slice(0, -4)) : undefined;
  const stream = createJsonStream({
    item: (json, listKind) => index.addOne(json, ofList(listKind)),
    shorten: (text, indent, listKind) => shortened(text, indent, ofList(listKind)?.kind),
    document(json, items) {
      if (items > 0) return;
      if (typeof record(json).kind === 'string' || record(json).metadata !== undefined) index.add(json, guess);
      else other?.(json);
    },
    ...(logLine && { logLine }),
  });
  for await (const chunk of entry.chunks()) stream.push(decoder.decode(chunk, { stream: true }));
  return stream.end();
}

/**
 * rancher/support-bundle-kit pkg/manager/collectors/common.go writes `"null"` where a string is empty, also in the `apiGroups` of roles. No name, group or
 * value that is read here is `null`.
 */
const WITH_NULLS = /(?:^|\/)yamls\/(?:cluster|namespaced)\//;

/** Document by document; those whose kind nothing reads are not parsed. A file that holds none, as where a list could not be read, is no list. */
async function readYaml(entry: Entry, index: ObjectIndex, guess: Kind | undefined, { logLine }: Beside): Promise<boolean> {
  const bytes = await entry.whole(MOST_YAML);
  if (bytes === undefined) return false;
  const written = withoutLogs(bytes.toString('utf8'), logLine);
  const all = WITH_NULLS.test(entry.path) ? written.replaceAll('"null"', '""') : written;
  let isWhole = all.trim() !== '';
  for (const text of all.split(/^---[^\n]*$/m).flatMap(eachOf)) {
    if (!isWorthParsing(text, guess)) continue;
    const kind = ownKind(text) ?? guess?.kind;
    const document = readPlainYaml(kind === undefined ? text : shortenedYaml(text, kind), entry.path);
    if (typeof document !== 'object' || document === null) isWhole = false;
    else index.add(document, guess);
  }
  return isWhole;
}

/** `cat nodes.yaml daemonsets.yaml` puts nothing between: kubectl prints `apiVersion` first, and a document has it once. */
function eachOf(text: string): string[] {
  const [first = '', second = '', ...others] = text.split(/^(?=apiVersion:)/m);
  return first.startsWith('apiVersion:') ? [first, second, ...others] : [first + second, ...others];
}

const [START, END] = ['==== START logs ', '==== END logs '];

/** Blocks of logs stand between documents, as `kubectl cluster-info dump -o yaml` prints them. */
function withoutLogs(text: string, logLine: (line: string) => void = () => {}): string {
  if (!text.startsWith(START) && !text.includes(`\n${START}`)) return text;
  const documents: string[] = [];
  let isInLog = false;
  for (const line of text.split('\n')) {
    if (!isInLog && line.startsWith(START)) {
      isInLog = true;
      documents.push('---');
    }
    if (isInLog) logLine(line);
    else documents.push(line);
    if (line.startsWith(END)) isInLog = false;
  }
  return documents.join('\n');
}

const ownKind = (text: string): string | undefined => /^kind:[ \t]*["']?(\w{1,80})/m.exec(text)?.[1];

function isWorthParsing(text: string, guess: Kind | undefined): boolean {
  const own = ownKind(text);
  if (own === undefined) return guess !== undefined && text.trim() !== '';
  if (kindOf(own)) return true;
  if (!own.endsWith('List')) return false;
  if (kindOf(own.slice(0, -'List'.length))) return true;
  // Of a mixed list each says what it is.
  return own === 'List' && [...text.matchAll(/^ {0,4}(?:- )?kind:[ \t]*["']?(\w{1,80})/gm)].some(([, kind]) => kindOf(kind) !== undefined);
}
