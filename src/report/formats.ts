/** How dates are written, in every format. */

/** `2026-11-28 04:31 UTC`; what is no ISO date stays as it is. */
export function dateTime(iso: string): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(iso) ?? [];
  return day && time ? `${day} ${time} UTC` : iso;
}
