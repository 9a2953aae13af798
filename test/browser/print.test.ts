/** The HTML report on paper: one finding in at most three pages, and no line that is cut at the edge. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { renderHtml } from '../../src/render/html/page.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { diagnoseWorld } from '../scenarios/run.js';
import { chromium, noChromium } from './chromium.js';

const scratch = await mkdtemp(path.join(tmpdir(), 'kd-print-'));
after(() => rm(scratch, { recursive: true, maxRetries: 5, retryDelay: 200 }));

const MOST_PAGES = 3;
/** A4 without Chromium's margins, in CSS pixels. */
const PAPER_WIDTH = 718;
/** Whatever is wider than its place. */
const WIDER = `document.title = JSON.stringify([...document.querySelectorAll('body *')].filter((each) =>
  each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 1 && !each.closest('svg') && getComputedStyle(each).display !== 'inline'
).map((each) => each.tagName + ' ' + each.textContent.slice(0, 80)))`;

describe('the page on paper', { skip: noChromium }, () => {
  for (const name of ['kubelet-silent', 'rights-missing', 'expired-certificate'])
    it(name, async () => {
      const world = SCENARIOS.find(({ scenario }) => scenario === name)?.world ?? assert.fail(name);
      const html = renderHtml((await diagnoseWorld(world)).report);
      const [file, pdf] = [path.join(scratch, `${name}.html`), path.join(scratch, `${name}.pdf`)];
      await writeFile(file, html);
      chromium(scratch, file, '--no-pdf-header-footer', `--print-to-pdf=${pdf}`);
      const pages = (await readFile(pdf, 'latin1')).match(/\/Type \/Page\b/g)?.length ?? 0;
      assert.ok(pages > 0 && pages <= MOST_PAGES, `${pages} pages`);

      const asPrinted = html.replace('@media print{', '@media all{').replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '');
      await writeFile(
        file,
        asPrinted.replace('</body>', () => `<script>${WIDER}</script></body>`),
      );
      const dom = chromium(scratch, file, `--window-size=${PAPER_WIDTH},2000`, '--dump-dom');
      assert.deepEqual(JSON.parse(/<title>(.*?)<\/title>/s.exec(dom)?.[1] ?? 'null'), []);
    });
});
