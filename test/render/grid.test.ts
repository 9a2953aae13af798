/** Nodes against questions: only trouble in text and Markdown, every cell with a sign and a word on the page. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compactGrid, unreadWords } from '../../src/render/grid.js';
import { renderHtml } from '../../src/render/html/page.js';
import { renderMarkdown } from '../../src/render/markdown.js';
import { renderText } from '../../src/render/text/report.js';
import { fleet, mergeAll, merged, on } from '../report/merged-samples.js';
import { expired, healthy } from '../report/samples.js';

const text = (report = fleet(), width = 80) => renderText(report, { width, colour: false, verbose: false });

describe('the grid', () => {
  it('in text: nodes that say the same are one line, and those that are OK one number; heads are explained as they are asked', () => {
    assert.deepEqual(
      compactGrid(fleet())?.groups.map(({ names, letters }) => [names.length, letters.join('')]),
      [
        [48, 'XXX.'],
        [1, '???X'],
      ],
    );
    assert.match(
      text(),
      /\n +ABCD\nnode-1, node-2, node-3 and 45 more {2}XXX\.\nnode-49 +\?\?\?X\n12 others are OK\nA {2}[A-Z][^?]+\?\nB {2}/,
    );
  });

  it('in Markdown: every head and every cell is words', () => {
    const [, head = '', , row = ''] = /\n(\| node \|.*)\n(.*)\n(.*)\n/.exec(renderMarkdown(fleet())) ?? [];
    assert.equal(head.match(/\?\)? \|/g)?.length, 4, head);
    assert.match(row, /^\| node-1, .* \| fails \| fails \| fails \| ok \|$/);
  });

  it('in text: fits a narrow terminal', () => {
    const lines = text(fleet(), 40).split('\n');
    const from = lines.indexOf('Trouble, node by node:');
    assert.ok(from > 0);
    for (const line of lines.slice(from, from + 5)) assert.ok([...line].length <= 40, line);
  });

  it('is left out where all are well, and where there is one row', () => {
    const well = mergeAll(['a', 'b'].map((node) => on(healthy(), { node })));
    assert.equal(compactGrid(well), undefined);
    for (const report of [well, mergeAll([on(expired(), { node: 'a' })]), expired()])
      for (const rendered of [text(report), renderMarkdown(report)]) assert.doesNotMatch(rendered, /node by node/);
  });

  it('names the network where there are several', () => {
    assert.match(text(merged()), /\nn1, pod network +\S+X/);
    assert.match(renderMarkdown(merged()), /\n\| n1, pod network \| /);
  });

  it('on the page: a table with caption, heads of rows and columns, and a word in every cell', () => {
    const page = renderHtml(fleet());
    const [table = ''] = /<div class="scroll matrix"[\s\S]*?<\/table>/.exec(page) ?? [];
    assert.match(
      table,
      /^<div class="scroll matrix" tabindex="0" role="region" aria-label="[^"]+">\s*<table><caption>61 nodes, 10 checks;/,
    );
    assert.equal(table.match(/<th scope="row">/g)?.length, 61);
    assert.equal(table.match(/<th scope="col"/g)?.length, 11);
    assert.equal(table.match(/<td /g)?.length, 610);
    assert.equal(
      table.match(/<td class="m-[\w-]+"><span aria-hidden="true">[✓✗!?–]<\/span><span class="hear">[a-z ]+<\/span><\/td>/g)?.length,
      610,
    );
    assert.match(
      table,
      /<tbody><tr><th scope="row">node-1<\/th><td class="m-failed"><span aria-hidden="true">✗<\/span><span class="hear">fails/,
    );
    assert.doesNotMatch(renderHtml(expired()), /class="scroll matrix"/);
  });

  it('on the page: heads are words, and the causes are a picture that counts every node once', () => {
    const page = renderHtml(fleet());
    const heads = [...page.matchAll(/<th scope="col" title="[\w-]+"><span>([^<]*)<\/span>/g)].map(([, words = '']) => words);
    assert.equal(heads.length, 10);
    for (const words of heads) assert.match(words, /^[A-Z].* .*\?/);
    const [spread = ''] = /<table class="spread">[\s\S]*?<\/table>/.exec(page) ?? [];
    const counts = [...spread.matchAll(/<td class="ms">(\d+) of 61<\/td>/g)].map(([, count]) => Number(count));
    assert.ok(counts.length > 2, spread);
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      61,
    );
    assert.equal(spread.match(/<rect class="took/g)?.length, counts.length);
    assert.doesNotMatch(renderHtml(expired()), /class="spread"/);
  });

  it('on the page: thousands of nodes are cut, and said', () => {
    const report = fleet();
    const [row] = report.merged?.grid ?? [];
    assert.ok(row && report.merged);
    report.merged.grid = Array.from({ length: 3000 }, (_, at) => ({ ...row, node: `n${at}` }));
    const page = renderHtml(report);
    assert.equal(page.match(/<th scope="row">n\d+</g)?.length, 500);
    assert.match(page, /2500 more rows with less trouble: see the JSON/);
  });
});

describe('files that could not be read', () => {
  it('at most five in text, the others as a number; all in JSON', () => {
    assert.equal(fleet().merged?.unread.length, 7);
    const said = text().split('\n');
    const from = said.indexOf('Not read, and not in this report: 7 files');
    assert.deepEqual(said.slice(from + 5, from + 8), ['- node-74.json: is cut off: Unexpected end of JSON input', '- and 2 more', '']);
  });

  it('five of five are all named', () => {
    const report = mergeAll([on(healthy(), { node: 'a' })], {}, ['1', '2', '3', '4', '5']);
    assert.ok(report.merged);
    assert.equal(unreadWords(report.merged, 5).length, 5);
    assert.match(text(report), /Not read, and not in this report: 5 files/, 'also where all else is well');
  });
});
