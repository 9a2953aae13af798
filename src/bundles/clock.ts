/** When a bundle was made: the newest sign of life in it. Everything in it is judged by that time, and not by today's. */
import { list, record } from '../kubernetes/json.js';
import type { KubeObject } from './kinds.js';

export interface Clock {
  /** Notes the signs of life in an object. */
  see(object: KubeObject, kind: string): void;
  /** Notes a text that says when the bundle was made. */
  hear(text: string): void;
  /** Notes the name of a bundle: most have the local time of some workstation in it. */
  called(name: string): void;
  /** Notes when a file of it was written. */
  wrote(ms: number): void;
  /** Notes when a log begins, by its first line. */
  began(head: string): void;
  /** Ms since the epoch; undefined where nothing says it. `read`: when it is read: nothing of it was written later. */
  now(read: number): number | undefined;
}

export function createClock(): Clock {
  /** What lived, what was told; and only where there is neither, the name, what was written, logged, created or last changed. */
  let [alive, told, named, written, logged, created] = [0, 0, 0, 0, 0, 0];
  const timeOf = (value: unknown) => (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) || 0 : 0);
  const latest = (...values: unknown[]) => Math.max(0, ...values.map(timeOf));
  return {
    see({ metadata, spec, status, lastTimestamp, eventTime, series }, kind) {
      created = Math.max(created, timeOf(record(metadata).creationTimestamp));
      if (kind === 'Pod') created = Math.max(created, ...turnsOf(record(status)).map(timeOf));
      if (kind === 'Lease') alive = Math.max(alive, timeOf(record(spec).renewTime));
      if (kind === 'Event') alive = Math.max(alive, latest(lastTimestamp, eventTime, record(series).lastObservedTime));
      if (kind === 'Node')
        alive = Math.max(alive, ...list(record(status).conditions).map((each) => timeOf(record(each).lastHeartbeatTime)));
    },
    hear(text) {
      for (const time of timesIn(text.slice(0, 4096))) told = Math.max(told, time);
    },
    called(name) {
      for (const time of timesIn(name.slice(0, 4096))) named = Math.max(named, time);
    },
    wrote(ms) {
      written = Math.max(written, ms);
    },
    began(head) {
      const [, time = '', epoch] = FIRST_LINE.exec(head) ?? [];
      logged = Math.max(logged, timeOf(time), Number(epoch) || 0);
    },
    now: (read) => Math.max(alive, told) || named || (written <= read && written) || (logged <= read && logged) || created || undefined,
  };
}

/** When a pod was started, became ready, and its containers began and ended: days or months ago where all goes well. */
function turnsOf({ startTime, conditions, containerStatuses }: Record<string, unknown>): unknown[] {
  const states = list(containerStatuses)
    .map(record)
    .flatMap(({ state, lastState }) => [record(state), record(lastState)]);
  return [
    startTime,
    ...list(conditions).map((each) => record(each).lastTransitionTime),
    ...states.flatMap(({ running, terminated }) => [record(running).startedAt, record(terminated).finishedAt]),
  ];
}

/**
 * A day, and an hour of it: `2026-01-05T10:00:35Z`, `2021-09-14 14:43:04.5 +0000 UTC`, `2026-01-05_1000-UTC`, `2022-04-12T00_58_31`,
 * `20260105-100035`.
 */
const DAY_AND_HOUR = /(?<!\d)(\d{4})-?(\d\d)-?(\d\d)[T _-](\d\d)[:_-]?(\d\d)(?:[:_-]?(\d\d))?(?:\.\d+)?(?: ?([+-]\d\d):?(\d\d))?/g;

/** Of a container's log as a container runtime writes it, and of a kubelet that logs JSON. */
const FIRST_LINE =
  /^(?:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(?:Z|[+-]\d\d:\d\d)) (?:stdout|stderr) [FP] |\{"ts":(\d{13})(?:\.\d{1,9})?,)/;

function timesIn(text: string): number[] {
  const written = [...text.matchAll(DAY_AND_HOUR)].map(([, year, month, day, hour, minute, second = '00', zone, minutes = '00']) =>
    Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone ? `${zone}:${minutes}` : 'Z'}`),
  );
  // As `date` prints it.
  const [, printed = ''] = /^(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d (?:UTC|GMT) \d{4})/.exec(text.trim()) ?? [];
  return [...written, Date.parse(printed)].filter((time) => time > 0);
}

/** Files in which a collector writes when it ran, at their beginning. */
export function isTimeFile(path: string): boolean {
  return TIME_FILE.test(path);
}

/** must-gather, Datadog, Sonobuoy, Rancher, sos, support-bundle-kit, EKS, Velero. */
const TIME_FILE =
  /(?:^|\/)(?:timestamp|flare_creation\.log|query-time\.json|systeminfo\/date|sos_commands\/date\/date(?:_--utc)?|curl_api_server\.txt)$/;

/** The line that says it, of a file that tells other times too. */
const TIME_LINES: readonly [file: RegExp, line: RegExp][] = [
  [/(?:^|\/)metadata\.yaml$/, /^bundlecreatedat: .{0,80}/m],
  [/(?:^|\/)velero-backup\.json$/, /"startTimestamp": ?"[^"]{0,80}/],
];

/** What of a file's beginning says when the bundle was made; the rest of the file is read as any other. */
export function timeLineIn(path: string, head: string): string | undefined {
  for (const [file, line] of TIME_LINES) if (file.test(path)) return line.exec(head)?.[0];
  return undefined;
}
