/** JSON Schema (draft 2020-12) of `explain -o json`. Minor versions add fields, so readers must accept more than is listed. */
import { SERVERS, SPEAKERS } from './reading.js';

export const TEXTS_VERSION = '1.1';

const text = { type: 'string' } as const;
const object = (properties: Record<string, object>, optional: readonly string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((key) => !optional.includes(key)),
  additionalProperties: true,
});

const cause = object(
  { cause: text, certainty: { enum: ['proven', 'suspected'] }, title: text, fix: text },
  // In `readings`: once is enough.
  ['title', 'fix'],
);

const moment = object({ line: { type: 'integer', minimum: 1 }, time: text }, ['time']);
const seen = {
  ...object({ count: { type: 'integer', minimum: 1 }, first: moment, last: moment, isHistory: { type: 'boolean' } }),
  description: 'Of a log: how often this was said; isHistory: the same server answered afterwards.',
};

const reading = object(
  {
    seen,
    speaker: { enum: [...SPEAKERS] },
    target: object({ server: { enum: [...SERVERS] }, host: text, port: { type: 'integer', minimum: 0 }, path: text }, [
      'host',
      'port',
      'path',
    ]),
    side: { enum: ['client', 'server', 'object'], description: 'Who tells: who asked, who was asked, or an object of the cluster.' },
    record: object(
      {
        line: { type: 'integer', minimum: 1 },
        text: { type: 'string', description: 'One line, without secrets, cut.' },
        time: text,
        node: text,
      },
      ['time', 'node'],
    ),
    user: { type: 'string', description: 'Who is refused.' },
    fragment: { type: 'string', description: 'The row of `list --fragments`.' },
    verdict: object(
      {
        kind: { enum: ['cause', 'wrapper', 'not-ours', 'works'] },
        causes: { type: 'array', items: cause },
        rests: { type: 'string', description: 'The piece of the text that told.' },
        says: text,
        lacks: { enum: ['server'], description: 'What the text would have to name to be a cause (1.1).' },
        decide: text,
        fix: { type: 'string', description: "In place of the cause's own." },
      },
      ['causes', 'says', 'lacks', 'decide', 'fix'],
    ),
  },
  ['user', 'fragment', 'seen'],
);

export const textsSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'What a text says, as kubelet-doctor explain --output json prints it',
  ...object(
    {
      textsVersion: { type: 'string', pattern: '^1\\.\\d+$' },
      exitCode: { enum: [0, 1], description: '1: a cause was found.' },
      answer: { anyOf: [reading, { type: 'null' }] },
      readings: { type: 'array', items: reading, description: 'Each record that says something, in its order; of a log each kind once.' },
      lines: { type: 'integer', minimum: 0, description: 'Of a log.' },
      cut: { type: 'integer', minimum: 0, description: 'Of a log: lines of which only the beginning was read (1.1).' },
      left: { type: 'integer', minimum: 0, description: 'Of a log: lines of kinds that are not listed.' },
    },
    ['lines', 'cut', 'left'],
  ),
} as const;
