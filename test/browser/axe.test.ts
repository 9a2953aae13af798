/** The HTML report as axe-core, the accessibility engine, sees it: no serious violation, in light and in dark. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { Report } from '../../src/model/report.js';
import { renderHtml } from '../../src/render/html/page.js';
import { fleet } from '../report/merged-samples.js';
import { expired, healthy, hostile } from '../report/samples.js';
import { chromium, noChromium } from './chromium.js';

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

const scratch = await mkdtemp(path.join(tmpdir(), 'kd-axe-'));
after(() => rm(scratch, { recursive: true, maxRetries: 5, retryDelay: 200 }));

/** Runs axe in a copy of the page whose policy lets a script in; the copy differs in nothing else. */
async function violations(name: string, report: Report, scheme: 'light' | 'dark'): Promise<Violation[]> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const page = renderHtml(report);
  const open = page.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/i, '');
  assert.notEqual(open, page, 'the page has a policy to take away');
  const run =
    "axe.run().then(r => { const p = document.createElement('pre'); p.id = 'axe'; p.textContent = JSON.stringify(r.violations); document.body.append(p) })";
  const file = path.join(scratch, `${name}-${scheme}.html`);
  await writeFile(
    file,
    open.replace('</body>', () => `<script>${axe}</script><script>${run}</script></body>`),
  );
  const dom = chromium(
    scratch,
    file,
    '--dump-dom',
    '--virtual-time-budget=20000',
    `--blink-settings=preferredColorScheme=${scheme === 'dark' ? 0 : 1}`,
  );
  const found = /<pre id="axe">(.*?)<\/pre>/s.exec(dom)?.[1];
  assert.ok(found !== undefined, 'axe came to an end');
  return JSON.parse(found.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')) as Violation[];
}

describe('the page for everyone', { skip: noChromium }, () => {
  for (const [name, report] of Object.entries({ expired, healthy, hostile, merged: fleet }))
    for (const scheme of ['light', 'dark'] as const)
      it(`${name}, ${scheme}`, async () => {
        const found = await violations(name, report(), scheme);
        const serious = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        assert.deepEqual(
          serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`),
          [],
        );
      });
});
