import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderExplain, renderList } from '../../../src/render/text/explain/cause.js';
import { matchesGolden } from '../../report/golden.js';

const DOCS = {
  title: 'kubelet certificate expired',
  means:
    "The serving certificate's end date has passed, by our clock **and** by the kubelet's own.\n\nThe agent refuses such a server, and so do we.",
  happens:
    'One of these:\n\n- rotation is off, and the certificate is a file that nobody has renewed since the node was made\n- the CSR for the next one was never approved',
  confirm:
    'Ask the kubelet itself:\n\n```sh\nopenssl s_client -connect NODE:10250 </dev/null 2>/dev/null | openssl x509 -noout -dates\n\nkubectl get csr\n```',
  fix: '1. Turn on `serverTLSBootstrap`.\n2. Approve the CSR.\n\nDo not turn verification off.',
  explainedBy: ['clock-skew'],
};

const CAUSES = [
  { cause: 'kubelet-certificate-expired', title: 'kubelet certificate expired', question: 'kubelet-certificate' },
  {
    cause: 'kubelet-certificate-expires-soon',
    title: 'kubelet certificate expires within 30 days',
    question: 'kubelet-certificate',
    severity: 'degrades' as const,
  },
  { cause: 'clock-skew', title: 'clocks differ', question: 'clock' },
];

describe('explain', () => {
  for (const width of [50, 80]) {
    it(`explain at ${width}`, () =>
      matchesGolden(`explain-${width}`, renderExplain('kubelet-certificate-expired', DOCS, { width, colour: false })));
    it(`list at ${width}`, () => matchesGolden(`list-${width}`, renderList(CAUSES, { width, colour: false })));
  }

  it('code stays as it is, marks become bold', () => {
    const shown = renderExplain('c', DOCS, { width: 40, colour: true });
    assert.match(shown, /\n {4}openssl s_client .* -dates\n\n {4}kubectl get csr\n/);
    assert.ok(shown.includes('\u001b[1mand\u001b[22m'));
  });

  it('what differs stands after the reasons, what not to do after the remedy', () => {
    const docs = { ...DOCS, distributions: { k3s: 'look at `journalctl -u k3s`.' }, avoid: 'Never restart it blindly.' };
    const shown = renderExplain('c', docs, { width: 80, colour: false });
    assert.match(renderExplain('a-cause', docs, { width: 80, colour: false }), /From documentation and sources, not tried: k3s\./);
    const headings = ['Why it happens', 'Where it differs', 'How to confirm it', 'How to fix it', 'What not to do'];
    const at = headings.map((heading) => shown.indexOf(`\n${heading}\n`));
    assert.ok(
      at.every((place, i) => place > (at[i - 1] ?? 0)),
      `${at}`,
    );
    assert.ok(shown.includes('  - k3s: look at `journalctl -u k3s`.') || shown.includes('  - **k3s**: look'), shown);
  });

  it('a command between backticks is not broken where it fits on a line', () => {
    const docs = { ...DOCS, confirm: 'Some words that fill this line, and then `kubectl get node NODE -o wide`.' };
    assert.match(renderExplain('c', docs, { width: 50, colour: false }), /`kubectl get node NODE -o wide`/);
  });

  it('empty list', () =>
    assert.equal(renderList([], { width: 80, colour: false }), 'kubelet-doctor explain CAUSE explains one and how to fix it.'));
});
