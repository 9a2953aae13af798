/** The failed tests, a line each, in the end: of a long output often the end alone is kept. */
export default async function* failed(events) {
  const lines = [];
  for await (const { type, data } of events) {
    if (type !== 'test:fail') continue;
    const { error } = data.details;
    // A suite fails for its tests: they have a line of their own.
    if (error.failureType === 'subtestsFailed') continue;
    const why = String(error.cause?.message ?? error.message).split('\n', 1)[0];
    lines.push(`FAILED ${data.name}: ${why} (${data.file ?? 'file unknown'})\n`);
  }
  yield* lines;
}
