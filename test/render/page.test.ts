/** A page of help on a terminal: read, pasted, and nothing of its Markdown left but what marks a command. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { renderPage } from '../../src/render/text/page.js';

const PAGE = `---
name: x
---
<!-- for editors -->
# A page

Words of **weight** and a [link](https://example.org/a), another in [the pages](places.md).

## Commands

- one
- two \`kubelet-doctor rbac\`

\`\`\`sh
kubelet-doctor --node n1   # [stays](as it is)
\`\`\`

| Code | Meaning |
| --- | --- |
| \`0\` | nothing found |
| \`3\` | a check \\| could not run |
`;

it('renders headings, lists, code, links and tables', () => {
  const [plain, coloured] = [false, true].map((colour) => renderPage(PAGE, { width: 60, colour }));
  assert.equal(
    plain,
    [
      'A page',
      '',
      '  Words of weight and a link (https://example.org/a),',
      '  another in the pages.',
      '',
      'Commands',
      '',
      '  - one',
      '  - two `kubelet-doctor rbac`',
      '',
      '    kubelet-doctor --node n1   # [stays](as it is)',
      '',
      '  `0`  nothing found',
      '  `3`  a check | could not run',
    ].join('\n'),
  );
  assert.match(coloured ?? '', /^\u001b\[1mA page\u001b\[22m/);
});

it('wraps prose at any width, and leaves commands whole', () => {
  for (const width of [20, 40, 60, 200])
    for (const line of renderPage(PAGE, { width, colour: false }).split('\n'))
      assert.ok(line.length <= Math.max(30, width) || /kubelet-doctor --node|https:/.test(line), line);
});
