/** When a bundle was made: the newest sign of life in it. Everything in it is judged by that time, and not by today's. */
import { list, record } from '../kubernetes/json.js';
import type { KubeObject } from './kinds.js';

export interface Clock {
  /** Notes the signs of life in an object. */
  see(object: KubeObject, kind: string): void;
  /** Notes a text that says when the bundle was made. */
  hear(text: string): void;
  /** Ms since the epoch; undefined where nothing says it. */
  now(): number | undefined;
}

export function createClock(): Clock {
  /** What lived, what was told; and only where there is neither, what was created. */
  let [alive, told, created] = [0, 0, 0];
  const timeOf = (value: unknown) => (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) || 0 : 0);
  const latest = (...values: unknown[]) => Math.max(0, ...values.map(timeOf));
  return {
    see({ metadata, spec, status, lastTimestamp, eventTime, series }, kind) {
      created = Math.max(created, timeOf(record(metadata).creationTimestamp));
      if (kind === 'Lease') alive = Math.max(alive, timeOf(record(spec).renewTime));
      if (kind === 'Event') alive = Math.max(alive, latest(lastTimestamp, eventTime, record(series).lastObservedTime));
      if (kind === 'Node')
        alive = Math.max(alive, ...list(record(status).conditions).map((each) => timeOf(record(each).lastHeartbeatTime)));
    },
    hear(text) {
      for (const time of timesIn(text.slice(0, 4096))) told = Math.max(told, time);
    },
    now: () => Math.max(alive, told) || created || undefined,
  };
}

/** A day, and an hour of it: `2026-01-05T10:00:35Z`, `2021-09-14 14:43:04.5 +0000 UTC`, `2026-01-05_1000-UTC`, `2022-04-12T00_58_31`. */
const DAY_AND_HOUR = /(\d{4})-(\d\d)-(\d\d)[T _-](\d\d)[:_-]?(\d\d)(?:[:_-]?(\d\d))?(?:\.\d+)?(?: ?([+-]\d\d):?(\d\d))?/g;

function timesIn(text: string): number[] {
  const written = [...text.matchAll(DAY_AND_HOUR)].map(([, year, month, day, hour, minute, second = '00', zone, minutes = '00']) =>
    Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone ? `${zone}:${minutes}` : 'Z'}`),
  );
  // As `date` prints it.
  const [, printed = ''] = /^(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d (?:UTC|GMT) \d{4})/.exec(text.trim()) ?? [];
  return [...written, Date.parse(printed)].filter((time) => time > 0);
}

/** Files in which a collector writes when it ran. */
export function isTimeFile(path: string): boolean {
  return /(?:^|\/)(?:timestamp|flare_creation\.log|query-time\.json)$|(?:^|\/)systeminfo\/date$/.test(path);
}
