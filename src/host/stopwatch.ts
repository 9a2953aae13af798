/** Time that only grows, in ms, for what is measured. Node loads eleven modules for `performance`. */
export function elapsedMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
