/**
 * Nothing that reads the words of others takes time that grows with their square: a pattern or a loop that does stops the event loop, and with it every
 * timeout, for minutes. Judged by CPU time, in sizes where the square would take a hundred times what is allowed.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isAgentImage } from '../src/agent-config/reduce-workload.js';
import { commonName, refusalOf } from '../src/checks/shared/kubelet-answers.js';
import { readQuickly } from '../src/files/yaml-quick.js';
import { createRedactor, printable } from '../src/host/redact.js';
import { urlWithoutCredentials } from '../src/host/secrets/urls.js';
import { aimedAs, withoutAim } from '../src/kubernetes/aim.js';
import { waitOf } from '../src/kubernetes/kubelet/pod-waits.js';
import { hostsInMetrics } from '../src/live/kubelet/client.js';
import { inspectAuthority } from '../src/probes/connection/authority.js';
import { anchorsOf, bareName } from '../src/probes/connection/chain.js';
import { recognisePayload, recogniseVoice } from '../src/probes/connection/payload.js';
import { chooseProxy } from '../src/probes/connection/proxy.js';
import { parseHosts, parseResolvConf } from '../src/probes/connection/resolv-conf.js';
import { certificateBlocks, inspectClientCertificate, parseCertificates } from '../src/probes/credentials/certificate.js';
import { keyBlocks, pemBlocks } from '../src/probes/credentials/pem.js';
import { decodeClaims } from '../src/probes/credentials/token.js';
import { podOf } from '../src/probes/machine/mounts/mounts.js';
import { ownerIn } from '../src/probes/machine/root-owned.js';
import { renderHtml } from '../src/render/html/page.js';
import { renderJson } from '../src/render/json.js';
import { renderJunit } from '../src/render/junit.js';
import { renderLine } from '../src/render/line.js';
import { renderMarkdown } from '../src/render/markdown.js';
import { code, fence, md } from '../src/render/markdown-escape.js';
import { renderSarif } from '../src/render/sarif.js';
import { indentBlock, pasteBlock, wrap } from '../src/render/style.js';
import { renderText } from '../src/render/text/report.js';
import { createMerger } from '../src/report/merge/reports.js';
import { isPlainName } from '../src/report/own-words.js';
import { cut, oneLine } from '../src/report/plain-text.js';
import { extendPseudonyms } from '../src/report/pseudonyms/replace.js';
import { vouch } from '../src/report/vouch.js';
import { parseDuration, parseEndpoint, parseHost, parseServiceAccount } from '../src/setup/values.js';
import { readText } from '../src/texts/index.js';
import { sayMerged } from '../src/words/report.js';
import { neutralise } from '../src/words/visible.js';
import { en, expired } from './report/samples.js';
import { type Attack, attacksOn, literalsOf } from './support/patterns.js';

const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));

const textOf = ({ before, part, after }: Attack, length: number) => before + part.repeat(Math.ceil(length / part.length)) + after;

function cpuMs(work: () => unknown): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

/**
 * An attack under which the pattern is slow. A first look in small sizes asks only whether a four times longer text takes more than eight times as long,
 * which a busy machine may feign; the verdict is that of a text on which linear work takes 3 ms, or 100 with hundreds of words to choose from, and its
 * square seconds: a quarter of it does not take a quarter of the time.
 */
function slowUnder(pattern: RegExp): { attack: Attack; length: number; ms: number } | undefined {
  const run = (text: string) => (pattern.global ? text.replace(pattern, '') : pattern.exec(text));
  const once = (text: string) => {
    const began = performance.now();
    run(text);
    return performance.now() - began;
  };
  const best = (text: string) => Math.min(once(text), once(text), once(text));
  for (const attack of attacksOn(pattern)) {
    const suspect = [26, 500, 4000].find((length) => {
      const text = textOf(attack, length);
      return once(text) > 0.1 && best(textOf(attack, length * 4)) > 8 * best(text);
    });
    if (suspect === undefined) continue;
    const length = suspect < 4000 ? 16_000 : 100_000;
    const taken = (text: string) => cpuMs(() => run(text));
    const [ms, quarter] = [taken(textOf(attack, length)), textOf(attack, length / 4)];
    // Both by what they took of a core: beside others a quarter waits as long as the whole.
    if (ms > 100 && ms > 8 * Math.min(taken(quarter), taken(quarter), taken(quarter))) return { attack, length, ms };
  }
  return undefined;
}

describe('patterns', () => {
  const slow = [
    /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g,
    /([^\s|`\\]*@[\w-][^\s|`\\]*)/,
    /\/+$/,
    /^\s*([^\s:]+):/gm,
    /=(["'])(.*)\1$/,
  ];
  for (const pattern of slow) it(`the search finds what is wrong with ${pattern}`, () => assert.ok(slowUnder(pattern)));

  it('are read out of a source text, and nothing else is', () => {
    const source =
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a source text
      "const a = b / c / d; // /no/\nconst s = '/no/' + `/no/${x.replace(/y\\/[/]/g, '}')}/no/`; /* /no/ */ if (/e+/.test(a)) f(/g$/iu)";
    assert.deepEqual(
      literalsOf(source).map(({ line, pattern }) => `${line} ${pattern}`),
      ['2 /y\\/[/]/g', '2 /e+/', '2 /g$/iu'],
    );
  });

  it('of the program are linear on every text', () => {
    let seen = 0;
    const found: string[] = [];
    // The simulator reads nobody's words but the program's.
    const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !/^sim[/\\]/.test(file),
    );
    for (const file of files) {
      for (const { line, pattern } of literalsOf(readFileSync(path.join(SOURCE, file), 'utf8'))) {
        seen += 1;
        const slowness = slowUnder(pattern);
        if (slowness) found.push(`${file}:${line} ${pattern}: ${Math.round(slowness.ms)} ms for ${JSON.stringify(slowness.attack)}`);
      }
    }
    assert.ok(seen > 400, `only ${seen} patterns were found`);
    assert.deepEqual(found, []);
  });
});

/** Patterns that are put together as the program runs, and what shows that they are linear. No literal tells of them. */
const PUT_TOGETHER: Readonly<Record<string, string>> = {
  'bundles/collectors/format.ts': 'test/bundles/format.test.ts: a path that was made to be slow',
  'checks/settings/kubelet-kubeconfig.ts': 'of one path without spaces, and words of ours',
  'checks/shared/looks.ts': 'test/checks/shared: commands are cut before',
  'files/yaml-quick.ts': 'a reader below',
  'host/secrets/spelling.ts': 'test/host/redact.test.ts: its time is that of the text',
  'judge/dead-ends.ts': 'commands of ours',
  'kubernetes/aim.ts': 'a reader below; its other pattern meets commands of ours alone',
  'kubernetes/kubelet/pod-waits.ts': 'a reader below',
  'probes/machine/access.ts': 'a reader below',
  'probes/machine/root-owned.ts': 'a reader below',
  'report/contract/conform.ts': 'patterns of our own schema',
  'report/merge/findings.ts': 'a name without a wildcard',
  'report/own-words.ts': 'a reader below',
  'words/say.ts': 'the test below',
  'words/visible.ts': 'one character each',
};

describe('patterns that are put together', () => {
  it('are all known here', () => {
    const holders = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !/^sim[/\\]/.test(file) && /\bnew RegExp\(/.test(readFileSync(path.join(SOURCE, file), 'utf8')),
    );
    assert.deepEqual(holders.sort(), Object.keys(PUT_TOGETHER).sort());
  });

  it('of templates take no text long, however many placeholders they have', () => {
    for (const [key, template] of Object.entries(sayMerged.table)) {
      const glue = template.split(/\{\w+\}/).join('') || ' ';
      const text = `${template.replace(/\{\w+\}/g, () => glue.repeat(Math.ceil(1900 / glue.length)))}!`;
      for (const said of [text, glue.repeat(20_000)]) {
        const ms = cpuMs(() => [sayMerged.again(said, key as never), sayMerged.around(said, [key as never], () => undefined)]);
        assert.ok(ms < 1000, `${key}: ${Math.round(ms)} ms`);
      }
    }
  });
});

/** What a text is filled with: runs of one character, and openings of something that never closes. */
const FILLINGS = [
  ...[
    'a',
    'A',
    '0',
    ' ',
    '\n',
    '\t',
    '\r',
    '\u0000',
    '\u202e',
    '\u00e9',
    '\ud83d\ude00',
    '@',
    '`',
    '*',
    '_',
    '|',
    '\\',
    '"',
    "'",
    '<',
    '&',
  ],
  ...[
    '.',
    '/',
    ':',
    ',',
    ';',
    '-',
    '=',
    '#',
    '~',
    '[',
    '(',
    '{',
    '%',
    '$',
    '!',
    '+',
    'a ',
    'a.',
    'a:',
    'a-',
    'a@',
    '@a',
    '/a',
    'a,',
    'a\n',
    '\n ',
  ],
  ...[
    '-----BEGIN CERTIFICATE-----\n',
    '-----BEGIN CERTIFICATE-----',
    '-----END CERTIFICATE-----\n',
    '-----BEGIN PRIVATE KEY-----\n',
    '-----',
  ],
  ...['-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n', '-----BEGIN PRIVATE KEY-----\nAA\n-----END EC PRIVATE KEY-----\n'],
  ...[
    'eyJ',
    'eyJabcdefgh.',
    'token=',
    '"token": "',
    'token: x ',
    'Bearer ',
    'Bearer x ',
    'authorization: ',
    'http://',
    'http://a@',
    'a://',
    'password:\\',
  ],
  ...['Forbidden (user=', ', verb=, resource=z, subresource(s)=[', ', verb=, resource=z, subresource=', '[-]ping failed\n', 'User "'],
  ...['{"', '[[', '{"a":', '"\\', '<html>', '<!--', '&lt;', '![', '](', '](a', 'www.', '<a@b', 'CN=', ', CN=', '\nCN=', 'DNS:', 'a=b '],
  ...[
    'nameserver ',
    'search a\n',
    'options x\n',
    '127.0.0.1 a\n',
    '# ',
    'rest_client_requests_total{host="',
    'rest_client_requests_total{\n',
  ],
  ...[
    'kubepods',
    'kubectl --context=',
    "oc x --kubeconfig='",
    'kubectl get --kubeconfig=a --context=',
    'pods/',
    '/var/lib/kubelet/pods/',
    'system:serviceaccount:',
    'system:node:',
    'DaemonSet a',
    '1.1.1.',
    'f:',
    '00000000-',
    'agent',
    '$(',
  ],
  ...[
    'Get "https://',
    'Errors: [',
    'is valid for ',
    'hostname ',
    'cannot get resource "',
    '<<',
    '\n---\n',
    '1. ',
    '- ',
    '\u001b[',
    '\u009b',
  ],
];
const LENGTH = 64 * 1024;

/** Words of a stranger in every place of a report. */
const reportWith = (text: string) => {
  const report = expired();
  const [finding, ...rest] = report.findings;
  const [evidence] = finding?.evidence ?? [];
  assert.ok(finding && evidence);
  const told = { ...finding, title: en(text), evidence: [{ ...evidence, saw: en(text) }] };
  return { ...report, where: { ...report.where, identity: text, node: text }, findings: [told, ...rest] };
};
const redactor = createRedactor();
redactor.register('a-secret-with-a-form-of-its-own');
redactor.register('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');
const host = { redactor: createRedactor() };
const WIDE = { width: 80, verbose: true, colour: true };

const READERS: Record<string, (text: string) => unknown> = {
  'what a pod waits for': (text) =>
    ['Failed', 'FailedMount', 'Unschedulable', 'FailedCreatePodSandBox'].map((reason) => waitOf({ reason, message: text })),
  'redact: clean': (text) => redactor.clean(text),
  'redact: a secret of such a text': (text) => {
    const told = createRedactor();
    told.register(`${text.slice(0, 10_000)}b${text}`);
    return told.clean(text.slice(0, 30_000));
  },
  'redact: urlWithoutCredentials': urlWithoutCredentials,
  'pem: blocks and keys': (text) => [pemBlocks(text), keyBlocks(text)],
  'certificate: parseCertificates': parseCertificates,
  'certificate: certificateBlocks': certificateBlocks,
  'certificate: inspectClientCertificate': (text) => inspectClientCertificate(host, { certPem: text, keyPem: text, source: 'f' }),
  'authority: inspectAuthority': (text) => inspectAuthority(text, 'f'),
  'chain: anchors, names': (text) => [anchorsOf(text), bareName(text)],
  'mounts: podOf': podOf,
  'payload: recogniseVoice': (text) => [401, 403, 500].map((status) => recogniseVoice(status, { 'content-type': text }, text)),
  'payload: recognisePayload': (text) =>
    ['/pods', '/metrics', '/stats/summary', '/healthz', '/configz'].map((at) => recognisePayload(at, text)),
  'proxy: chooseProxy': (text) =>
    chooseProxy({ HTTPS_PROXY: text, NO_PROXY: text, https_proxy: text, no_proxy: text }, { host: '10.0.0.7', port: 10250 }),
  'resolv.conf': (text) => parseResolvConf(text, 'n1.example'),
  hosts: parseHosts,
  'yaml: quickly': (text) => [text, `key: ${text}`, `- ${text}`].map((each) => readQuickly(each, (root) => root)),
  'token: decodeClaims': (text) => [decodeClaims(text), decodeClaims(`eyJ.${text}.x`)],
  'settings: values': (text) => [parseDuration(text), parseEndpoint(text), parseHost(text), parseServiceAccount(text)],
  'workloads: isAgentImage': isAgentImage,
  'metrics: hosts': hostsInMetrics,
  'reduce: kubelet refusals': (text) => [
    refusalOf({ method: 'GET', path: '/pods', as: 'token', status: 403, body: text, voice: 'kubelet' }),
    commonName(text),
  ],
  explain: (text: string) => readText(text, printable),
  'root: owner': ownerIn,
  'own words: names': isPlainName,
  'aim: taken out, and taken over': (text) => [withoutAim(text), aimedAs('kubectl apply -f -', text)],
  'a report that is read: vouch': (text) => vouch(reportWith(text)),
  'a report that is merged: with itself': (text) => {
    const merger = createMerger();
    for (const name of ['a', 'b']) merger.add(name, reportWith(text));
    return merger.finish({ failOn: 'degrades', skip: [], only: [], tool: { program: 'kubelet-doctor', version: '0' } });
  },
  'style: one line, wrapped, indented': (text) => [
    oneLine(text),
    wrap(text, 80, '- '),
    indentBlock(text, '  '),
    pasteBlock(text, '  '),
    cut(text, 80),
  ],
  'style: neutralise': neutralise,
  'markdown: escapes': (text) => [md(text), code(text), fence(text, 'sh', '  ')],
  pseudonyms: (text) => extendPseudonyms(new Map(), { title: text, node: text, source: text, noProxy: text, en: text }),
  'render: text': (text) => renderText(reportWith(text), WIDE),
  'render: markdown': (text) => renderMarkdown(reportWith(text)),
  'render: html': (text) => renderHtml(reportWith(text)),
  'render: junit': (text) => renderJunit(reportWith(text)),
  'render: sarif': (text) => renderSarif(reportWith(text), { pretty: true }),
  'render: line': (text) => renderLine(reportWith(text)),
  'render: json': (text) => renderJson(reportWith(text), { pretty: true }),
};

describe('readers of the words of others, given 64 KiB of a kind', () => {
  for (const [name, read] of Object.entries(READERS)) {
    it(`${name} takes no text long`, () => {
      for (const part of FILLINGS) {
        const attack = { before: '', part, after: '!\u0001' };
        const text = textOf(attack, LENGTH);
        const ms = cpuMs(() => read(text));
        assert.ok(ms < 1000, `${Math.round(ms)} ms of CPU for ${JSON.stringify(attack)}`);
      }
    });
  }
});
