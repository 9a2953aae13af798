/** NetworkPolicies for egress to addresses of no pod, as the API defines them (k8s.io/api/networking/v1): what limits a pod, and what opens. */
import type { EgressRule } from '../model/facts.js';
import { inBlock } from './cidr.js';

/** TCP to an address. */
export interface Connection {
  ip: string;
  port: number;
}

/** Policies are a union: one rule of one policy that selects the pod is enough. Without an address: to every one. */
export function isOpen(rules: readonly EgressRule[], { ip, port }: Connection): boolean {
  return rules.some((rule) => {
    const { blocks } = rule;
    return (
      hasPort(rule, port) &&
      (blocks === undefined || blocks.some(({ cidr, except }) => inBlock(ip, cidr) && !except.some((e) => inBlock(ip, e))))
    );
  });
}

/** No rule opens this port to any machine. */
export function isShut(rules: readonly EgressRule[], port: number): boolean {
  return !rules.some((rule) => hasPort(rule, port) && rule.blocks?.length !== 0);
}

function hasPort({ ports }: EgressRule, port: number): boolean {
  return ports === undefined || ports.some(({ from, to }) => port >= from && port <= to);
}

/** The one port that these rules open, to any address; undefined where they open more than a port, or not what is wanted. */
export function onlyPort(rules: readonly EgressRule[], wanted: readonly Connection[]): number | undefined {
  const [first, ...others] = rules.flatMap(({ ports, blocks }) => (ports === undefined || blocks !== undefined ? [undefined] : ports));
  if (first === undefined || others.length > 0 || first.from !== first.to) return undefined;
  return wanted.length > 0 && wanted.every((each) => isOpen(rules, each)) ? first.from : undefined;
}
