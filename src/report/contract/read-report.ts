/** A saved report, read again: by this version, an older or a later one; or a file that only claims to be one. */
import { tooMuchJson } from '../../model/bounds.js';
import { REPORT_VERSION, type Report } from '../../model/report.js';
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
