/** `0/13 nodes are available: 1 node(s) had untolerated taint {…}, 12 node(s) didn't have free ports …`: each reason counts by its nodes. */
import { SCHEDULER, SCHEDULING } from './fragments/objects.js';

export interface Scheduling {
  /** The reason of most nodes first; undefined where it is of resources, volumes or affinity to other pods alone. */
  causes: string[];
  rests: string;
  says?: string;
}

export function schedulingIn(body: string): Scheduling | undefined {
  const [began] = SCHEDULER.exec(body) ?? [];
  if (began === undefined) return undefined;
  const from = body.indexOf(began) + began.length;
  // What follows is of preemption: the same reasons again.
  const text = body.slice(from, from + 2000).split(/(?:\. )?preemption: /)[0] ?? '';
  const reasons = text.split(/, (?=\d)/).map((reason) => ({ reason, nodes: Number(/^\d{1,5}/.exec(reason.trim())?.[0] ?? 0) }));
  const read = reasons.flatMap(({ reason, nodes }) => {
    const row = SCHEDULING.find((each) => each.text.test(reason));
    return row ? [{ ...row, reason, nodes }] : [];
  });
  const sorted = read.sort((a, b) => Number(a.last ?? false) - Number(b.last ?? false) || b.nodes - a.nodes);
  return { causes: [...new Set(sorted.flatMap(({ causes }) => causes))], rests: sorted[0]?.reason ?? began, says: sorted[0]?.says };
}

/** Is every node that was looked at left out because it is not ready? */
export function isAllNotReady({ causes }: Scheduling): boolean {
  return causes.every((cause) => cause === 'node-not-ready');
}
