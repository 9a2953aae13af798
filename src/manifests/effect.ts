/** The one file that makes an effect: what was computed of printed objects, in words. */
import type { AccessRequest } from '../kubernetes/rbac.js';
import type { RbacEffect } from '../kubernetes/rbac-effect.js';
import type { Effect, Message } from '../model/check.js';

/** `+5 rights, no others`; where roles could not be read, of what is printed alone: `grants 5 rights, no others`. */
export function rbacEffect({ added, compared }: RbacEffect, to?: string): Effect {
  const rights = `${added.length} ${added.length === 1 ? 'right' : 'rights'}`;
  return effect({
    id: compared ? 'effect.adds' : 'effect.grants',
    args: { rights: added.length, ...(to ? { to } : {}), list: added.map(describe).join(', ') },
    en: `${compared ? '+' : 'grants '}${rights}${to ? ` to ${to}` : ''}, no others`,
  });
}

/** `opens TCP 10250 to any address for pods with app=agent in datadog; no others`. */
export function egressEffect({ namespace, labels }: { namespace: string; labels: Readonly<Record<string, string>> }, port: number): Effect {
  const pods = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
  return effect({
    id: 'effect.opens',
    args: { port, pods, namespace },
    en: `opens TCP ${port} to any address for pods with ${pods} in ${namespace}; no others`,
  });
}

function describe({ verb, group, resource, subresource, name, namespace, path }: AccessRequest): string {
  const what = path ?? `${resource}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`;
  return `${verb} ${what}${name ? ` ${name}` : ''}${namespace ? ` in ${namespace}` : ''}`;
}

function effect(message: Message): Effect {
  return message as Effect;
}
