/** A report in the format that was asked for. Each renderer is loaded when it is needed: a run in a pod prints text and loads no other. */
import type { Report } from '../model/report.js';
import type { Flags } from '../setup/options.js';
import type { Io } from './io.js';

export type Format = Flags['output'];

export interface RenderOptions {
  output?: Format;
  verbose?: boolean;
  /** --no-color. */
  color?: boolean;
}

/** Without a newline at the end: printing adds it. */
export async function renderReport(report: Report, { output = 'text', verbose = false, color }: RenderOptions, io: Io): Promise<string> {
  const rendered = await renderAs(report, output, { verbose, colour: io.colour && color !== false }, io);
  return rendered.replace(/\n$/, '');
}

async function renderAs(report: Report, output: Format, look: { verbose: boolean; colour: boolean }, io: Io): Promise<string> {
  switch (output) {
    case 'text':
      return (await import('../render/text/report.js')).renderText(report, { width: io.width, ...look });
    case 'json':
      return (await import('../render/json.js')).renderJson(report, { pretty: io.outIsTty });
    case 'markdown':
      return (await import('../render/markdown.js')).renderMarkdown(report);
    case 'html':
      return (await import('../render/html/page.js')).renderHtml(report);
    case 'junit':
      return (await import('../render/junit.js')).renderJunit(report);
    case 'line':
      return (await import('../render/line.js')).renderLine(report);
    case 'sarif':
      return (await import('../render/sarif.js')).renderSarif(report, { pretty: io.outIsTty });
  }
}
