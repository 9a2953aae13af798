/** Short readers over facts, so that checks read as decisions. */

import { endpointOf } from '../../kubernetes/names.js';
import type { Candidate, Fact, FactData, FactKind, HttpAnswer, Outcome } from '../../model/facts.js';

/** The data when it was observed. */
export function seen<K extends FactKind>(fact: Fact<K>): FactData[K] | undefined {
  return fact.outcome.status === 'observed' ? fact.outcome.data : undefined;
}

/** The failure code when we looked and it failed. */
export function failure<K extends FactKind>(fact: Fact<K>): string | undefined {
  return fact.outcome.status === 'failed' ? fact.outcome.code : undefined;
}

export function isPending(fact: Fact<FactKind>): boolean {
  return fact.outcome.status === 'pending';
}

/** Looked at, either way: observed or failed. */
export function looked(fact: Fact<FactKind>): boolean {
  return fact.outcome.status === 'observed' || fact.outcome.status === 'failed';
}

/** Milliseconds an observation or failure took, without those that this machine lost. */
export function took(outcome: Outcome<unknown>): number | undefined {
  if (outcome.status === 'absent') return undefined;
  if (outcome.status === 'pending') return outcome.ms;
  return outcome.ms === undefined ? undefined : Math.max(0, outcome.ms - (outcome.lateMs ?? 0));
}

/** `host:port` of a candidate: the subject of its connection facts. */
export function subjectOf(candidate: Candidate): string {
  return endpointOf(candidate.host, candidate.port);
}

/** Answers with this credential (any but `nobody` when not given), in path order. */
export function answers(facts: Fact<'http' | 'proxied'>[], as?: HttpAnswer['as']): HttpAnswer[] {
  return facts.flatMap((f) => seen(f) ?? []).filter((a) => (as ? a.as === as : a.as !== 'nobody'));
}

/** `3 days`, `2 hours`, `5 minutes`, `40 seconds` for a duration in ms; always positive. */
export function span(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const [amount, unit] =
    seconds >= 172_800
      ? [Math.round(seconds / 86_400), 'day']
      : seconds >= 7200
        ? [Math.round(seconds / 3600), 'hour']
        : seconds >= 120
          ? [Math.round(seconds / 60), 'minute']
          : [seconds, 'second'];
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}
