/** The target × layer table says the same in every format, from fields: no format takes the report's words apart. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LAYERS } from '../../src/model/check.js';
import type { LayerState, Report } from '../../src/model/report.js';
import { renderHtml } from '../../src/render/html/page.js';
import { layerWords } from '../../src/render/layer-words.js';
import { renderMarkdown } from '../../src/render/markdown.js';
import { renderText } from '../../src/render/text/report.js';
import { readReport } from '../../src/report/contract/read-report.js';
import { cutOff, healthy, SAMPLES } from '../report/samples.js';

const FORMATS: Record<string, (report: Report) => string> = {
  text: (report) => renderText(report, { width: 200, colour: false, verbose: true }),
  'narrow text': (report) => renderText(report, { width: 50, colour: false, verbose: true }),
  html: renderHtml,
  markdown: renderMarkdown,
};

function withLayers(report: Report, change: (state: LayerState) => Partial<LayerState>): Report {
  return { ...report, layers: report.layers.map((state) => ({ ...state, ...change(state) })) };
}

/** The report as a program of before 1.3 wrote it. */
function earlier(report: Report): Report {
  const { account: _, ...where } = report.where;
  const layers = report.layers.map(({ blockedBy: __, through: ___, ...state }) => state);
  return { ...report, reportVersion: '1.2', where, layers };
}

function read(report: Report): Report {
  const result = readReport(JSON.parse(JSON.stringify(report)));
  assert.ok('report' in result, JSON.stringify(result));
  return result.report;
}

const PROXY = 'http://proxy.corp:3128';
const through = (): Report =>
  withLayers(healthy(), ({ layer, target }) =>
    layer === 'proxy' && target === 'kubelet' ? { why: `through ${PROXY} (HTTPS_PROXY)`, through: PROXY } : {},
  );
const asAnother = (): Report => {
  const { where, ...rest } = healthy();
  return { ...rest, where: { ...where, identity: 'admin, for system:serviceaccount:dd:agent', account: 'system:serviceaccount:dd:agent' } };
};

describe('a layer that was not asked', () => {
  for (const blocker of LAYERS)
    it(`says in people's words that ${blocker} failed, in every format`, () => {
      const report = withLayers(healthy(), ({ layer }) =>
        layer === 'payload' ? { state: 'not-asked', why: `${blocker} failed`, blockedBy: blocker } : {},
      );
      for (const [format, render] of Object.entries(FORMATS)) {
        const said = render(report).replace(/\s+/g, ' ');
        assert.ok(said.includes(`not asked: ${layerWords(blocker)} failed`), `${format}: ${said.slice(0, 1500)}`);
        if (blocker !== layerWords(blocker)) assert.ok(!said.includes(`${blocker} failed`), `${format} says an id`);
      }
    });

  it('names the layer in a field, and says the id in `why` as it always did', () => {
    for (const build of Object.values(SAMPLES))
      for (const { why, blockedBy, state } of build().layers)
        if (blockedBy || / failed$/.test(why)) assert.deepEqual([state, why], ['not-asked', `${blockedBy} failed`]);
    assert.ok(cutOff().layers.some(({ blockedBy }) => blockedBy === 'tcp'));
  });
});

describe('words of a report', () => {
  it('are shown and never read: other words, the same answer', () => {
    for (const render of Object.values(FORMATS)) {
      const blocked = (words?: string) =>
        render(withLayers(cutOff(), ({ blockedBy }) => (blockedBy && words !== undefined ? { why: words } : {})));
      assert.equal(blocked('anything else'), blocked());
    }
    const other = withLayers(through(), ({ layer }) => (layer === 'proxy' ? { why: 'über einen Proxy' } : {}));
    assert.match(FORMATS.text?.(other) ?? '', new RegExp(`; kubelet 10\\.0\\.0\\.7:10250 through ${PROXY},`));
    assert.equal(renderHtml(other).match(/<rect class="stop-ok"/g)?.length, renderHtml(through()).match(/<rect class="stop-ok"/g)?.length);
    const [line] = (FORMATS.text?.({ ...asAnother(), where: { ...asAnother().where, identity: 'someone' } }) ?? '').split('\n');
    assert.match(line ?? '', /answer; dd\/agent has the permissions$/);
  });

  it('of before 1.3 are read once, where the report is: every format says what it says today', () => {
    for (const build of [...Object.values(SAMPLES), through, asAnother])
      for (const [format, render] of Object.entries(FORMATS)) assert.equal(render(read(earlier(build()))), render(build()), format);
  });

  it('of 1.3 and later are not read at all', () => {
    const report = { ...earlier(cutOff()), reportVersion: '1.3' };
    assert.ok(read(report).layers.every(({ blockedBy }) => blockedBy === undefined));
  });

  it('that are no layer are left as they are', () => {
    const report = withLayers(earlier(healthy()), () => ({ state: 'not-asked', why: 'constructor failed' }));
    assert.ok(read(report).layers.every(({ blockedBy }) => blockedBy === undefined));
  });
});
