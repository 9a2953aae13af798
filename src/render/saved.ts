/** What `--save` writes, as texts by file name. The same facts give the same bytes. */
import type { AnyFact } from '../model/facts.js';
import { FACTS_VERSION, type FactsFile } from '../model/facts-file.js';
import type { Report } from '../model/report.js';
import { renderHtml } from './html/page.js';
import { jsonText, renderJson } from './json.js';
import { renderJunit } from './junit.js';
import { renderMarkdown } from './markdown.js';
import { renderText } from './text/report.js';

const BUNDLE_VERSION = '1.0';
export const FACTS = 'facts.json';

/** The choices a run was judged with. */
export type Choices = Pick<FactsFile, 'failOn' | 'skip' | 'only'>;

export interface SavedFile {
  file: string;
  /** One line for the index. */
  holds: string;
  text: string;
}

/** The files, the index first. */
export function savedFiles(report: Report, facts: readonly AnyFact[], choices: Choices): SavedFile[] {
  const { tool, startedAt, durationMs, settings } = report;
  const factsFile: FactsFile = { factsVersion: FACTS_VERSION, tool, startedAt, durationMs, ...choices, settings, facts: [...facts] };
  const files: SavedFile[] = [
    { file: 'report.txt', holds: 'the report for people, with every question, setting and time', text: asText(report) },
    { file: 'report.html', holds: 'the same to look at, in any browser', text: renderHtml(report) },
    { file: 'report.md', holds: 'the same for a ticket', text: renderMarkdown(report) },
    { file: 'report.json', holds: 'the same for machines: kubelet-doctor render', text: renderJson(report, { pretty: true }) },
    // The facts of a merged report stay with the reports it was made of.
    ...(report.merged
      ? []
      : [{ file: FACTS, holds: 'everything that was observed: kubelet-doctor judge', text: jsonText(factsFile, { pretty: true }) }]),
    { file: 'junit.xml', holds: 'the questions as tests', text: renderJunit(report) },
  ].map((each) => ({ ...each, text: each.text.endsWith('\n') ? each.text : `${each.text}\n` }));
  const index = {
    bundleVersion: BUNDLE_VERSION,
    reportVersion: report.reportVersion,
    ...(report.merged ? {} : { factsVersion: FACTS_VERSION }),
    tool,
    startedAt,
    where: report.where,
    summary: report.summary,
    ...choices,
    files: files.map(({ file, holds, text }) => ({ file, holds, characters: text.length })),
    settings,
  };
  return [{ file: 'index.json', holds: 'this list', text: `${jsonText(index, { pretty: true })}\n` }, ...files];
}

function asText(report: Report): string {
  return renderText(report, { width: 100, colour: false, verbose: true });
}
