/** Markdown, HTML, JUnit and SARIF: whole, in their formats' own rules, and everything foreign in them only text. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { flatten } from '../../src/judge/rank.js';
import type { Fix } from '../../src/model/check.js';
import type { Report } from '../../src/model/report.js';
import { renderHtml } from '../../src/render/html/page.js';
import { STYLE, STYLE_HASH } from '../../src/render/html/style.js';
import { jsonText } from '../../src/render/json.js';
import { renderJunit } from '../../src/render/junit.js';
import { renderMarkdown } from '../../src/render/markdown.js';
import { renderSarif } from '../../src/render/sarif.js';
import { renderText } from '../../src/render/text/report.js';
import { parseJson, readReport } from '../../src/report/contract/read-report.js';
import { junitProblems, parseXml } from '../report/junit-rules.js';
import { merged } from '../report/merged-samples.js';
import { cutOff, expired, hostile, SAMPLES } from '../report/samples.js';
import { sarifSchema } from '../report/sarif-schema.js';

const FROZEN = fileURLToPath(new URL('../report/frozen/', import.meta.url));
const frozen = readdirSync(FROZEN).filter((name) => name.endsWith('.json'));
const EVIL = `</style></pre><script>alert(1)</script><img src=x onerror=alert(1)>" onload="x" '"><svg/onload=x> ]]> --> &lt; \u0000\u001b[2J\u202e`;

/** Every string of ours replaced by something that wants out. */
function evil(report: Report): Report {
  const keep = new Set([
    'verdict',
    'severity',
    'certainty',
    'target',
    'layer',
    'state',
    'outcome',
    'owner',
    'changes',
    'form',
    'reportVersion',
    'status',
  ]);
  const walk = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string') return keep.has(key) ? value : `${value}${EVIL}`;
    if (Array.isArray(value)) return value.map((each) => walk(each, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, walk(each, name)]));
  };
  return walk(report) as Report;
}

const ALL: Record<string, () => Report> = {
  ...SAMPLES,
  hostile,
  merged,
  evil: () => evil(expired()),
  'evil and hostile': () => evil(hostile()),
  'evil and merged': () => evil(merged()),
};
for (const name of frozen) {
  ALL[`frozen ${name}`] = () => {
    const parsed = parseJson(readFileSync(`${FROZEN}${name}`, 'utf8'));
    assert.ok('json' in parsed, name);
    const read = readReport(parsed.json);
    assert.ok('report' in read, JSON.stringify(read).slice(0, 300));
    return read.report;
  };
}

interface SarifRun {
  tool: { driver: { rules: { id: string }[] } };
  invocations: { exitCode: number }[];
  results: { ruleId: string; ruleIndex: number }[];
}

const validateSarif = new Ajv2020({ allErrors: true, strict: false, formats: { 'date-time': true, uri: true } }).compile(sarifSchema);

describe('every format of every report', () => {
  for (const [name, build] of Object.entries(ALL)) {
    it(`HTML: ${name}`, () => {
      const html = renderHtml(build());
      assert.doesNotMatch(html, /<(script|img|iframe|object|embed|link|base|form|input|button)\b/i);
      const tags = [...html.replace(/<style>.*?<\/style>/s, '').matchAll(/<([a-z0-9]+)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/gi)];
      for (const [, tag, attributes = ''] of tags) {
        assert.doesNotMatch(attributes.replace(/="[^"]*"/g, '='), /\s(?:on\w+|style|src|srcset|action|xlink:href)\b/i, tag);
        assert.doesNotMatch(attributes, /\shref="(?!#)/i, tag);
      }
      assert.doesNotMatch(html, /url\(|@import|[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
      const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
      assert.equal(new Set(ids).size, ids.length, 'an id stands for one thing');
      for (const [, used = ''] of html.matchAll(/(?:aria-labelledby|href)="#?([^"]+)"/g))
        for (const id of used.split(' ')) assert.ok(ids.includes(id), `no ${id}`);
      assert.equal(flatten(build().findings).length, [...html.matchAll(/<article /g)].length);
    });

    it(`JUnit: ${name}`, () => {
      const report = build();
      const tree = parseXml(renderJunit(report));
      assert.deepEqual(junitProblems(tree), []);
      const { failures, errors } = tree.attributes;
      if (report.summary.verdict === 'fail') assert.notEqual(failures, '0');
      else assert.equal(failures, '0');
      if (report.summary.verdict === 'incomplete') assert.notEqual(errors, '0');
    });

    it(`SARIF: ${name}`, () => {
      const sarif: { runs: SarifRun[] } = JSON.parse(renderSarif(build(), { pretty: false }));
      assert.ok(validateSarif(sarif), JSON.stringify(validateSarif.errors?.slice(0, 3)));
      const [run] = sarif.runs;
      assert.ok(run);
      for (const { ruleId, ruleIndex } of run.results) assert.equal(run.tool.driver.rules[ruleIndex]?.id, ruleId);
      assert.equal(run.invocations[0]?.exitCode, build().summary.exitCode);
    });

    it(`Markdown: ${name}`, () => {
      const markdown = renderMarkdown(build());
      const folds = markdown.match(/^<(?:details|\/details)>$/gm) ?? [];
      assert.ok(folds.every((tag, at) => tag === (at % 2 ? '</details>' : '<details>')) && folds.length % 2 === 0, 'folds open and close');
      const ours = /^<details>\n<summary>[A-Za-z0-9 ,]+<\/summary>$|^<\/details>$/gm;
      const prose = markdown
        .replace(ours, '')
        .replace(/^( *)(`{3,})[^\n]*\n[\s\S]*?\n\1\2$/gm, '')
        .replace(/(`+)(?!`).*?[^`]\1(?!`)/g, '');
      assert.doesNotMatch(prose, /(?<!\\)<|(?<!\\)!\[|(?<![\\\w])@\w|[^\\]:\/\//);
      assert.doesNotMatch(markdown, /[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
    });
  }
});

describe('a fix that changes who may do what', () => {
  const says = {
    text: (report: Report) => renderText(report, { width: 200, colour: false, verbose: true }),
    HTML: renderHtml,
    Markdown: renderMarkdown,
    JUnit: renderJunit,
    SARIF: (report: Report) => renderSarif(report, { pretty: false }),
  };
  for (const [format, render] of Object.entries(says))
    it(`is a SECURITY CHANGE in ${format}, and no other is`, () => {
      const report = expired();
      const change = (changes: Fix['changes']): Report => ({
        ...report,
        findings: report.findings.map((finding) => ({ ...finding, fixes: finding.fixes.map((fix) => ({ ...fix, changes })) })),
      });
      assert.match(render(change('security')), /SECURITY CHANGE/);
      assert.doesNotMatch(render(change('config')), /SECURITY CHANGE/);
    });
});

describe('the page', () => {
  it('allows its own style sheet and nothing else', () => {
    const hash = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;
    assert.equal(STYLE_HASH, hash, `STYLE changed: STYLE_HASH = '${hash}'`);
    assert.match(renderHtml(expired()), /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-/);
  });
});

/** A report once published is read for ever. `U=1` writes the ones that are missing; none is ever written again. */
describe('frozen reports', () => {
  it('exist for every kind of verdict', () => {
    if (process.env.U)
      for (const [name, build] of Object.entries({ '1.1-merged': merged, '1.3-cut-off': cutOff })) {
        const file = `${name}.json`;
        if (!frozen.includes(file)) writeFileSync(`${FROZEN}${file}`, jsonText(build(), { pretty: true }));
      }
    assert.ok(frozen.length >= 9 || process.env.U, `${frozen.length}`);
    assert.ok(frozen.some((name) => name.startsWith('1.1-')) || process.env.U, 'a report of many nodes');
  });

  it('read as they did, with fields of a later version and without fields of this one', () => {
    const report = JSON.parse(jsonText(expired(), { pretty: false }));
    const later = {
      ...report,
      reportVersion: '1.9',
      mood: 'fine',
      findings: report.findings.map((each: object) => ({ ...each, later: { a: [1] } })),
    };
    const earlier = { ...report, timings: undefined, asked: undefined };
    for (const each of [later, earlier]) {
      const read = readReport(JSON.parse(JSON.stringify(each)));
      assert.ok('report' in read, JSON.stringify(read));
      for (const render of [renderHtml, renderMarkdown, renderJunit]) assert.ok(render(read.report).length > 500);
      assert.match(renderText(read.report, { width: 80, colour: false, verbose: true }), /expired 194 days ago/);
    }
  });
});
