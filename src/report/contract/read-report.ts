/** A saved report, read again: by this version, an older or a later one; or a file that only claims to be one. */
import { REPORT_VERSION, type Report } from '../../model/report.js';
import { conform, Misfit, type Schema } from './conform.js';
import { withFieldsOfToday } from './earlier.js';
import { reportSchema } from './schema.js';

/** Findings hold findings; nothing of ours is nested deeper, and readers of JSON recurse. */
const DEEPEST = 60;

/** The JSON of a file, or what is wrong with it in words that go after the file's name. */
export function parseJson(text: string): { json: unknown } | { error: string } {
  if (depthOf(text) > DEEPEST) return { error: `is nested deeper than ${DEEPEST} levels` };
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return { error: text.trim() === '' ? 'is empty' : 'is not JSON, or is cut off' };
  }
}

/** The report, or why it cannot be read, in words that go after the file's name. */
export function readReport(json: unknown): { report: Report } | { error: string } {
  const version = versionOf(json, 'reportVersion');
  if (version === undefined) return { error: 'is not a report of kubelet-doctor' };
  const refused = refuseMajor('report', version, REPORT_VERSION);
  if (refused) return { error: refused };
  try {
    return { report: withFieldsOfToday(conform(reportSchema as Schema, json) as Report) };
  } catch (error) {
    if (error instanceof Misfit) return { error: `is not a complete report of kubelet-doctor: ${error.message.slice(0, 200)}` };
    throw error;
  }
}

/** The version a file says it has, under this key. */
export function versionOf(json: unknown, key: string): string | undefined {
  const version =
    json !== null && typeof json === 'object' && Object.hasOwn(json, key) ? (json as Record<string, unknown>)[key] : undefined;
  return typeof version === 'string' && /^\d{1,4}\.\d{1,4}$/.test(version) ? version : undefined;
}

/** One line for a major version we do not know. Minor versions only add. */
export function refuseMajor(what: string, version: string, ours: string): string | undefined {
  const [theirs, own] = [version, ours].map((each) => Number(each.split('.')[0]));
  if (theirs === own) return undefined;
  return `has ${what} version ${version} and this kubelet-doctor reads ${own}.x; use the version that saved it`;
}

/** How deep brackets are nested, outside strings; without recursion. */
function depthOf(text: string): number {
  let [depth, deepest, quoted] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const c = text.charCodeAt(at);
    if (quoted) {
      if (c === 0x5c) at += 1;
      else if (c === 0x22) quoted = false;
    } else if (c === 0x22) quoted = true;
    else if (c === 0x5b || c === 0x7b) depth += 1;
    else if (c === 0x5d || c === 0x7d) depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
