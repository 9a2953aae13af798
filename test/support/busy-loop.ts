/** Keeps this process from hearing anything in time, in pieces of 60 ms, until it is cleared. */
export function busyLoop(): NodeJS.Timeout {
  return setInterval(() => {
    const until = performance.now() + 60;
    while (performance.now() < until);
  }, 1);
}
