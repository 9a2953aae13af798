/** How times, durations and lists are written, wherever a person reads them. A leaf: every room may use it. */

/** `2026-11-28 04:31 UTC`; as it is where it is not a time (a report of a stranger may hold anything). */
export function dateTime(time: string | number): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return String(time);
  return `${at.toISOString().slice(0, -8).replace('T', ' ')} UTC`;
}

/** `4 s`, `350 ms`, `1.5 s`, `2 min 5 s`: no more digits than a person compares. */
export function duration(ms: number): string {
  const whole = Math.round(ms);
  if (whole < 1000) return `${whole} ms`;
  if (whole < 9950) return `${Number((whole / 1000).toFixed(1))} s`;
  const seconds = Math.round(whole / 1000);
  if (seconds < 60) return `${seconds} s`;
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

/** `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** `2 findings`, `1 finding`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
