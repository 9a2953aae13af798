/** A saved report, read again: by this version, an older or a later one; or a file that only claims to be one. */
import { tooMuchJson } from '../../model/bounds.js';
import { REPORT_VERSION, type Report, type Result } from '../../model/report.js';
import { conform, Misfit, type Schema } from './conform.js';
import { withFieldsOfToday } from './earlier.js';
import { reportSchema } from './schema.js';

/** The JSON of a file, or what is wrong with it in words that go after the file's name. */
export function parseJson(text: string): { json: unknown } | { error: string } {
  const tooMuch = tooMuchJson(text);
  if (tooMuch) return { error: tooMuch };
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

const RESULT: Schema = { $ref: '#/$defs/result', $defs: reportSchema.$defs as NonNullable<Schema['$defs']> };
const MOST_KNOWN = 1000;

/**
 * Reads the results of many reports: most say the same as in the report before, and are then the same object. Undefined where one has another shape
 * than it must have: the whole report is read then, and says what is wrong.
 */
export function createResultReader(hide: <T>(json: T) => T): (json: unknown) => Result[] | undefined {
  const known = new Map<string, Result>();
  const read = (given: unknown): Result => {
    const text = JSON.stringify(given);
    const result = known.get(text) ?? (conform(RESULT, hide(given)) as Result);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(text, result);
    return result;
  };
  return (json) => {
    const results = typeof json === 'object' && json !== null && 'results' in json ? json.results : undefined;
    try {
      return Array.isArray(results) ? results.map(read) : undefined;
    } catch (error) {
      if (error instanceof Misfit) return undefined;
      throw error;
    }
  };
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
