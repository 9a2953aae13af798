/** NetworkPolicies for egress to addresses of no pod, as the API defines them (k8s.io/api/networking/v1): what limits a pod, and what opens. */
import type { EgressRule } from '../model/facts.js';
import { inBlock } from './cidr.js';

/** TCP to an address. */
export interface Connection {
  ip: string;
  port: number;
}

/** Policies are a union: one rule of one policy that selects the pod is enough. */
export function isOpen(rules: readonly EgressRule[], { ip, port }: Connection): boolean {
  return rules.some(({ ports, blocks }) => {
    const byPort = ports === undefined || ports.some(({ from, to }) => port >= from && port <= to);
    return byPort && (blocks === undefined || blocks.some(({ cidr, except }) => inBlock(ip, cidr) && !except.some((e) => inBlock(ip, e))));
  });
}

/** The one port that these rules open, to any address; undefined where they open more than a port, or not what is wanted. */
export function onlyPort(rules: readonly EgressRule[], wanted: readonly Connection[]): number | undefined {
  const [first, ...others] = rules.flatMap(({ ports, blocks }) => (ports === undefined || blocks !== undefined ? [undefined] : ports));
  if (first === undefined || others.length > 0 || first.from !== first.to) return undefined;
  return wanted.length > 0 && wanted.every((each) => isOpen(rules, each)) ? first.from : undefined;
}
