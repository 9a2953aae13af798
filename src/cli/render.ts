/** A report in the format that was asked for. Each renderer is loaded when it is needed: a run in a pod prints text and loads no other. */
import type { Report } from '../model/report.js';
import { DEFAULTS, type Flags } from '../setup/options.js';
import type { Io } from './io.js';

export type RenderOptions = Partial<Pick<Flags, 'output' | 'verbose' | 'quiet' | 'color'>>;

/** How text looks where it goes. */
export function lookOf({ verbose, quiet, color }: RenderOptions, io: Io) {
  const colour = io.colour && color !== false;
  return { width: io.width, colour, verbose: verbose === true, quiet: quiet === true, closing: io.outIsTty };
}

/** Without a newline at the end: printing adds it. */
export async function renderReport(report: Report, options: RenderOptions, io: Io): Promise<string> {
  const rendered = await renderAs(report, options, io);
  return rendered.replace(/\n$/, '');
}

/** For commands with a table of their own: as JSON it stands beside the report, as text they render it; other formats hold the report alone. */
export async function renderBeside(
  report: Report,
  table: () => object,
  text: () => string | Promise<string>,
  options: RenderOptions,
  io: Io,
): Promise<string> {
  const output = options.output ?? DEFAULTS.output;
  if (output === 'text') return text();
  if (output !== 'json') return renderReport(report, options, io);
  const { renderJson } = await import('../render/json.js');
  // `summary` stays the first key, as in every report.
  return renderJson({ ...report, ...table() }, { pretty: io.outIsTty });
}

const RENDERERS = {
  text: () => import('../render/text/report.js'),
  json: () => import('../render/json.js'),
  markdown: () => import('../render/markdown.js'),
  html: () => import('../render/html/page.js'),
  junit: () => import('../render/junit.js'),
  line: () => import('../render/line.js'),
  sarif: () => import('../render/sarif.js'),
};

/** Loads what `renderReport` will need, so that it is there by then. */
export function loadRenderer({ output }: RenderOptions): Promise<unknown> {
  return RENDERERS[output ?? DEFAULTS.output]();
}

async function renderAs(report: Report, options: RenderOptions, io: Io): Promise<string> {
  switch (options.output ?? DEFAULTS.output) {
    case 'text':
      return (await RENDERERS.text()).renderText(report, lookOf(options, io));
    case 'json':
      return (await RENDERERS.json()).renderJson(report, { pretty: io.outIsTty });
    case 'markdown':
      return (await RENDERERS.markdown()).renderMarkdown(report);
    case 'html':
      return (await RENDERERS.html()).renderHtml(report);
    case 'junit':
      return (await RENDERERS.junit()).renderJunit(report);
    case 'line':
      return (await RENDERERS.line()).renderLine(report);
    case 'sarif':
      return (await RENDERERS.sarif()).renderSarif(report, { pretty: io.outIsTty });
  }
}
