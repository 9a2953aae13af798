/** The HTML report in a real browser, where one is installed: it shows, asks the network for nothing, and lets nothing foreign act. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { Report } from '../../src/model/report.js';
import { renderHtml } from '../../src/render/html/page.js';
import { expired, hostile } from '../report/samples.js';
import { chromium, noChromium } from './chromium.js';

const scratch = await mkdtemp(path.join(tmpdir(), 'kd-browser-'));
after(() => rm(scratch, { recursive: true, maxRetries: 5, retryDelay: 200 }));

async function page(name: string, report: Report): Promise<string> {
  const file = path.join(scratch, `${name}.html`);
  await writeFile(file, renderHtml(report));
  return file;
}

const ATTACK = '"><img src="http://127.0.0.1:1/leak" onerror="document.title=\'owned\'"><script>document.title="owned"</script>';

describe('the page in a browser', { skip: noChromium }, () => {
  it('hostile names stay text and ask for nothing', async () => {
    const report = hostile();
    const [first] = report.findings;
    if (first) first.title = { ...first.title, en: `${first.title.en} ${ATTACK}` };
    const log = path.join(scratch, 'net.json');
    const dom = chromium(
      scratch,
      await page('hostile', { ...report, where: { ...report.where, node: ATTACK } }),
      `--log-net-log=${log}`,
      '--dump-dom',
    );
    assert.doesNotMatch(dom, /<title>owned|<img|<script/);
    assert.match(dom, /&lt;img src="http:/);
    assert.doesNotMatch(await readFile(log, 'utf8'), /127\.0\.0\.1:1/);
  });

  for (const [name, width, scheme] of [
    ['wide and light', 1200, 1],
    ['narrow and dark', 500, 0],
  ] as const) {
    it(`shows: ${name}`, async () => {
      const shot = path.join(scratch, `${width}.png`);
      chromium(
        scratch,
        await page('expired', expired()),
        `--window-size=${width},1400`,
        `--blink-settings=preferredColorScheme=${scheme}`,
        `--screenshot=${shot}`,
      );
      assert.ok((await readFile(shot)).length > 40_000);
    });
  }
});
