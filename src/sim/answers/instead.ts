/** What stands in the place of one server's answer to one path: the answers that are no answer. Everything else of the world stays as it is. */
import { type Answer, plainText } from './http.js';

/** What is given instead. `cut`: the connection ends in the middle of the body. `never`: the request stays unanswered. */
export const INSTEAD = ['html-200', 'html-502', 'empty-200', '204', '302', 'other-kind', 'other-node', '429', 'cut', 'never'] as const;

export interface Instead {
  server: 'kubelet' | 'apiserver';
  /** Without its query. */
  path: string;
  how: (typeof INSTEAD)[number];
}

const page = (status: number, text: string): Answer => ({
  status,
  headers: [['Content-Type', 'text/html']],
  body: `<html><body><h1>${text}</h1></body></html>\n`,
});

/** Undefined where the answer itself is needed: cut off, or of another node. */
const ANSWERS: Partial<Record<Instead['how'], Answer>> = {
  'html-200': page(200, 'Please log in'),
  'html-502': page(502, '502 Bad Gateway'),
  'empty-200': { status: 200, headers: [], body: '' },
  '204': { status: 204, headers: [], body: '' },
  '302': { ...page(302, 'Found'), headers: [['Location', 'https://login.example/']] },
  'other-kind': {
    status: 200,
    headers: [['Content-Type', 'application/json']],
    body: '{"kind":"ConfigMapList","apiVersion":"v1","metadata":{},"items":[]}\n',
  },
  '429': { ...plainText(429, 'slow down'), headers: [['Retry-After', '1']] },
};

/** A node whose name is in none of a world's objects. */
const OTHER_NODE = 'n77';

/** The answer with what stands in its place; `own` gives the one there would be, of this node or another. */
export function insteadOf({ how }: Instead, own: (node?: string) => Answer): Answer {
  if (how === 'other-node') return own(OTHER_NODE);
  return ANSWERS[how] ?? own();
}

/** An object under another name. */
export function ofAnother(answer: Answer, name: string): Answer {
  const object = JSON.parse(answer.body) as { metadata?: Record<string, unknown> };
  return { ...answer, body: `${JSON.stringify({ ...object, metadata: { ...object.metadata, name } })}\n` };
}
