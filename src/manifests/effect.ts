/** The one file that makes an effect: what was computed of printed objects, in words. */
import type { AccessRequest } from '../kubernetes/rbac.js';
import type { RbacEffect } from '../kubernetes/rbac-effect.js';
import type { Effect, Message } from '../model/check.js';
import { sayEffect } from '../words/effect.js';
import { formOf } from '../words/formats.js';
import { fill } from '../words/say.js';

/** `+5 rights, no others`; where roles could not be read, of what is printed alone: `grants 5 rights, no others`. */
export function rbacEffect({ added, compared }: RbacEffect, to?: string): Effect {
  const key = `${compared ? 'adds' : 'grants'}${to ? 'To' : ''}.${formOf(added.length)}` as const;
  return effect(key, { rights: added.length, ...(to ? { to } : {}), list: added.map(describe).join(', ') });
}

/** `opens TCP 10250 to any address for 3 pods with app=agent in datadog; no others`; without their number where they could not be listed. */
export function egressEffect(
  { namespace, labels, count }: { namespace: string; labels: Readonly<Record<string, string>>; count?: number | undefined },
  port: number,
): Effect {
  const pods = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
  const said = { port, pods, namespace };
  return count === undefined ? effect('opens', said) : effect(`opensFor.${formOf(count)}`, { ...said, count });
}

function describe({ verb, group, resource, subresource, name, namespace, path }: AccessRequest): string {
  const what = path ?? `${resource}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`;
  return `${verb} ${what}${name ? ` ${name}` : ''}${namespace ? ` (${namespace})` : ''}`;
}

function effect(key: keyof typeof sayEffect.table, args: Message['args']): Effect {
  return { id: `effect.${key}`, args, en: fill(sayEffect.table[key], args) } as Effect;
}
