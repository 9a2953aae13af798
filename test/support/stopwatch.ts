const TICK_MS = 5;
let livedMs = 0;
let lastTick = performance.now();
let lastUsage = process.cpuUsage();

function tick(): void {
  const now = performance.now();
  const { user, system } = process.cpuUsage(lastUsage);
  livedMs += Math.min(now - lastTick, Math.max(2 * TICK_MS, (user + system) / 1000));
  lastTick = now;
  lastUsage = process.cpuUsage();
}
setInterval(tick, TICK_MS).unref();

/**
 * Milliseconds that this process lived since: that it worked, or was free to. Where a machine has no time for it, its ticks come late without having
 * worked, and count no more than two. So a program that waits or works too long is seen wherever it runs, and a busy machine is not taken for one.
 */
export function stopwatch(): () => number {
  tick();
  const began = livedMs;
  return () => {
    tick();
    return livedMs - began;
  };
}
