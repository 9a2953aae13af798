/** Words are said by key with arguments, in English unless another language has them, and a text of a report can be said again. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { inEnglish, isEnglish, speak } from '../../src/words/language.js';
import { defineWords, TABLES } from '../../src/words/say.js';
import '../../src/words/formats.js';
import '../../src/words/page.js';
import '../../src/words/report.js';
import '../../src/words/tables.js';
import '../../src/words/text.js';

const say = defineWords('test', { lost: 'Lost: {features}.', both: '{a} and {b}', plain: 'nothing', around: 'All {of} nodes: {words}' });
const german = () => speak((table, key) => (table === 'test' && key === 'lost' ? 'Verloren: {features}.' : undefined));

describe('words', () => {
  afterEach(() => speak());

  it('are English, until another language has them', () => {
    assert.equal(say('lost', { features: 'x' }), 'Lost: x.');
    german();
    assert.equal(say('lost', { features: 'x' }), 'Verloren: x.');
    assert.equal(say('plain'), 'nothing', 'without words of its own');
  });

  it('do not compile where an argument is missing, misspelt or too much', () => {
    // @ts-expect-error
    assert.equal(say('lost', {}), 'Lost: {features}.');
    // @ts-expect-error
    assert.equal(say('lost', { feature: 'x' }), 'Lost: {features}.');
    // @ts-expect-error
    assert.equal(say('lost', { features: 'x', more: 1 }), 'Lost: x.');
    // @ts-expect-error
    assert.equal(say('plain', { a: 1 }), 'nothing');
  });

  it('are kept in English, also where that fails', () => {
    german();
    assert.equal(
      inEnglish(() => say('lost', { features: 'x' })),
      'Lost: x.',
    );
    assert.throws(() =>
      inEnglish(() => {
        throw new Error('x');
      }),
    );
    assert.equal(isEnglish(), false);
  });

  it('are said again, by what they were made of; what is not ours stays', () => {
    german();
    assert.equal(say.again('Lost: a (b), c.', 'both', 'lost'), 'Verloren: a (b), c.');
    assert.equal(say.again('Lost: $& $1.', 'lost'), 'Verloren: $& $1.');
    for (const text of ['', 'Lost', 'lost: a.', 'Lost: a', '(.*)']) assert.equal(say.again(text, 'lost', 'plain'), text);
    const around = (text: string) => say.around(text, ['around'], (inner) => (inner === 'x' ? 'y' : undefined));
    assert.equal(around('All 3 nodes: x'), 'All 3 nodes: y');
    assert.equal(around('All the nodes: x'), 'All the nodes: x', 'a number is one');
    assert.equal(around('All 3 nodes: z'), 'All 3 nodes: z');
  });
});

describe('tables of words', () => {
  it('name every argument once in a template, so that a text can be read back', () => {
    assert.ok(TABLES.size > 12, `${TABLES.size}`);
    for (const [id, table] of TABLES)
      for (const [key, template] of Object.entries(table)) {
        const names = [...template.matchAll(/\{(\w*)\}/g)].map(([, name]) => name);
        assert.equal(new Set(names).size, names.length, `${id}.${key}: ${template}`);
        assert.doesNotMatch(template.replace(/\{\w+\}/g, ''), /[{}]/, `${id}.${key}`);
      }
  });

  it('have both forms of whatever is counted', () => {
    for (const [id, table] of TABLES)
      for (const key of Object.keys(table).filter((each) => /\.(one|many)$/.test(each)))
        assert.ok(key.replace(/\.one$|\.many$/, key.endsWith('.one') ? '.many' : '.one') in table, `${id}.${key}`);
  });
});
