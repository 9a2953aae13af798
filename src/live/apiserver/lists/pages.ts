/** Lists as objects, page by page, each bounded. */

import { TOO_LATE } from '../../../host/deadline.js';
import { list, record } from '../../../kubernetes/json.js';
import type { ListCut } from '../../../model/facts/placement.js';
import type { Outcome } from '../../../model/facts.js';
import { type ApiserverClient, refused } from '../client.js';

export const PAGE = 500;
/** A page of nodes with their image lists is up to 15 MiB. */
export const PAGE_BYTES = 24 << 20;

/** As a request that is called off with the run (probes/connection/http.ts). */
const OUT_OF_TIME = 'ECANCELLED';

/** What was read of a list; `cut` where that is not all of it. */
export interface Pages<T> {
  items: T[];
  cut?: ListCut;
}

/**
 * All pages of a list, reduced item by item. What was read stays where a later page does not come; without a first page there is no list. `soFar`: what
 * has come in, page by page, cut off by the end of the run.
 */
export async function pages<T>(
  api: ApiserverClient,
  path: string,
  most: number,
  reduce: (item: unknown) => T[],
  soFar: (part: Pages<T> & { cut: ListCut }) => void = () => {},
  size = PAGE,
): Promise<Outcome<Pages<T>>> {
  const items: T[] = [];
  let read = 0;
  const until = (cut?: Omit<ListCut, 'read'>): Outcome<Pages<T>> => ({
    status: 'observed',
    data: { items, ...(cut && { cut: { ...cut, read } }) },
  });
  let more = '';
  let remaining: number | undefined;
  for (let page = 0; page < most; page += 1) {
    const query = `${path.includes('?') ? '&' : '?'}limit=${size}${more ? `&continue=${encodeURIComponent(more)}` : ''}`;
    const outcome = await api.ask<Record<string, unknown>>(
      { path: path + query, maxBytes: PAGE_BYTES, large: true },
      (answer, json, _, truncated) => {
        if (answer.status !== 200) return refused(answer);
        if (truncated) return { status: 'failed', code: 'ETOOBIG', detail: 'a page of the list is larger than we read' };
        return { status: 'observed', data: record(json) };
      },
    );
    const beyond = remaining === undefined ? {} : { remaining };
    if (outcome.status === 'failed' && page > 0) return until({ code: outcome.code, detail: outcome.detail, ...beyond });
    if (outcome.status === 'absent' && page > 0)
      return until({ code: outcome.why === 'busy' ? TOO_LATE : OUT_OF_TIME, detail: '', ...beyond });
    if (outcome.status !== 'observed') return denied(outcome);
    const found = list(outcome.data.items);
    read += found.length;
    items.push(...found.flatMap(reduce));
    const { continue: token, remainingItemCount: left } = record(outcome.data.metadata);
    remaining = typeof left === 'number' && left > 0 ? left : undefined;
    more = typeof token === 'string' ? token : '';
    if (!more) return until();
    soFar({ items: [...items], cut: { code: OUT_OF_TIME, detail: '', read, ...(remaining === undefined ? {} : { remaining }) } });
  }
  return until({ code: 'EMORE', detail: `${most} pages of ${size} were read`, ...(remaining === undefined ? {} : { remaining }) });
}

/** A 403 says nothing of the cluster: we may not look. */
export function denied<T>(outcome: Outcome<unknown>): Outcome<T> {
  if (outcome.status === 'failed')
    return outcome.code === 'HTTP403'
      ? { status: 'absent', why: 'no-permission' }
      : { status: 'failed', code: outcome.code, detail: outcome.detail };
  return outcome as Outcome<T>;
}

/** The query for one by its name, from what the server has in memory: an empty list where it is gone. */
export const named = (name: string): string => `fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}&resourceVersion=0`;
