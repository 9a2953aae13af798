/** The parts of the SARIF 2.1.0 schema (OASIS, sarif-schema-2.1.0.json) that our output uses, closed: what is not in it is not allowed. */
const text = { type: 'string' } as const;

function object(properties: Record<string, object>, required: string[] = []) {
  return { type: 'object', additionalProperties: false, properties, required } as const;
}

function list(items: object) {
  return { type: 'array', items } as const;
}

/** propertyBag: `tags` has a meaning of its own, everything else is free. */
const bag = { type: 'object', additionalProperties: true, properties: { tags: list(text) } } as const;
const multiformat = object({ text, markdown: text, properties: bag }, ['text']);
const message = object({ text, markdown: text, id: text, arguments: list(text), properties: bag });
const logicalLocation = object({
  name: text,
  index: { type: 'integer', minimum: -1 },
  fullyQualifiedName: text,
  decoratedName: text,
  parentIndex: { type: 'integer', minimum: -1 },
  kind: text,
  properties: bag,
});
const location = object({
  id: { type: 'integer' },
  logicalLocations: { ...list(logicalLocation), uniqueItems: true },
  message,
  properties: bag,
});
const descriptor = object(
  {
    id: text,
    name: text,
    shortDescription: multiformat,
    fullDescription: multiformat,
    help: multiformat,
    helpUri: { type: 'string', format: 'uri' },
    properties: bag,
  },
  ['id'],
);

const result = {
  ...object(
    {
      ruleId: text,
      ruleIndex: { type: 'integer', minimum: 0 },
      kind: { enum: ['notApplicable', 'pass', 'fail', 'review', 'open', 'informational'] },
      level: { enum: ['none', 'note', 'warning', 'error'] },
      message,
      locations: list(location),
      partialFingerprints: { type: 'object', additionalProperties: text },
      properties: bag,
    },
    ['message'],
  ),
  // §3.27.10: a kind other than `fail` has the level `none`.
  if: { properties: { kind: { not: { const: 'fail' } } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { properties: { level: { const: 'none' } } },
};

const invocation = object(
  {
    executionSuccessful: { type: 'boolean' },
    exitCode: { type: 'integer' },
    exitCodeDescription: text,
    toolExecutionNotifications: {
      type: 'array',
      items: object({ level: { enum: ['none', 'note', 'warning', 'error'] }, message: object({ text }, ['text']) }, ['message']),
    },
    startTimeUtc: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' },
    endTimeUtc: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' },
    properties: bag,
  },
  ['executionSuccessful'],
);

const run = object(
  {
    tool: object(
      { driver: object({ name: text, version: text, semanticVersion: text, rules: { ...list(descriptor), uniqueItems: true } }, ['name']) },
      ['driver'],
    ),
    automationDetails: object({ id: text, properties: bag }),
    invocations: list(invocation),
    columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
    results: list(result),
    properties: bag,
  },
  ['tool'],
);

export const sarifSchema = object({ $schema: { type: 'string', format: 'uri' }, version: { const: '2.1.0' }, runs: list(run) }, [
  'version',
  'runs',
]);
