/** What is printed is spelt one way and says things plainly: one apostrophe, none of the words of `src/README.md` that nobody speaks. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

const TYPOGRAPHIC = String.fromCodePoint(0x2019);

const below = (folder: string, kind: RegExp) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => kind.test(name))
    .map((name) => path.join(folder, name));

it('has one apostrophe', () => {
  const texts = ['src', '.github'].flatMap((folder) => below(folder, /\.(ts|md)$/));
  const other = [...texts, 'README.md'].filter((file) => readFileSync(file, 'utf8').includes(TYPOGRAPHIC));
  assert.deepEqual(other, [], 'the straight one is used');
});

/** Each with what is said in its place. */
const BANNED: readonly [RegExp, string][] = [
  [/\bwhom\b|\bwhoever\b/i, 'who'],
  [/\bnobody\b(?! (?:GET|may|$))/i, 'no one'],
  [/\bby the word of\b/i, 'according to'],
  [/\btakes? (?:our|the) credential/i, 'accepts the token'],
  [/\btakes? (?:us|you|the agent) for\b/i, 'identifies as'],
  [/\bnot ours\b|\bours to\b/i, 'cannot be listed from here'],
  [/\banew\b/i, 'again'],
  [/\bmend(?:ed|s)?\b/i, 'fixed'],
  [/\bwell:/i, 'OK:'],
  [/\bas it should be\b|\bshould go with it\b|\bthe way of\b|\bon the way\b/i, 'say what is there'],
  [/\bno other sign of life\b/i, 'say what was asked'],
  [/\bsomeone with the right\b/i, 'as cluster admin'],
  [/\bof (?:its|their) own\b/i, 'its own'],
  [/\bcould not judge\b|\bhas words of\b/i, 'not answered'],
  [/^let the /i, 'make, set, allow'],
];

/** Text between quotes in code without comments: what has a space is taken for words. */
function wordsOf(code: string): string[] {
  const bare = code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...bare.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\[\s\S])*)`/g)]
    .map(([, single, double, template]) => single ?? double ?? template ?? '')
    .filter((text) => text.includes(' '));
}

describe('words that nobody speaks', () => {
  it('are found by this test', () => {
    const code = "say('By the word of the apiserver'); // whom\nconst a = `nobody knows`;";
    assert.deepEqual(wordsOf(code), ['By the word of the apiserver', 'nobody knows']);
    for (const text of wordsOf(code)) assert.ok(BANNED.some(([banned]) => banned.test(text)));
  });

  it('stand in nothing that is printed', () => {
    const printed = [
      ...below('src', /\.ts$/).flatMap((file) => wordsOf(readFileSync(file, 'utf8')).map((text) => [file, text] as const)),
      ...['README.md', ...below(path.join('src', 'help'), /\.md$/), ...below('.github', /\.md$/)].map(
        (file) => [file, readFileSync(file, 'utf8')] as const,
      ),
    ];
    assert.ok(printed.length > 3000, `${printed.length} texts`);
    const found = printed.flatMap(([file, text]) =>
      BANNED.flatMap(([banned, instead]) => {
        const [hit] = banned.exec(text) ?? [];
        return hit ? [`${file}: "${hit}" in "${text.slice(0, 100)}"; say: ${instead}`] : [];
      }),
    );
    assert.deepEqual(found, []);
  });
});
