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
  /** Signs of life go before texts, and these before the time at which something was created. */
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
      for (const [time] of text.slice(0, 4096).matchAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?/g))
        told = Math.max(
          told,
          Date.parse(
            time
              .replace(/^(\S+) (\d\d:\d\d)/, '$1T$2')
              .replace(/(\.\d{3})\d+/, '$1')
              .replace(/ ?UTC$/, 'Z')
              .replace(/ ([+-])/, '$1'),
          ) || 0,
        );
    },
    now: () => alive || told || created || undefined,
  };
}

/** Files in which a collector writes when it ran. */
export function isTimeFile(path: string): boolean {
  return /(?:^|\/)(?:timestamp|flare_creation\.log|query-time\.json)$|(?:^|\/)systeminfo\/date$/.test(path);
}
