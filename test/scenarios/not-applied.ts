/**
 * Fixes in a machine's form that cure nothing by themselves, each with the reason. `by-hand`: the steps only look, or lack what a person
 * must add. `not-modelled`: the simulator has no such thing. `uncovers`: it cures, and shows what it had hidden.
 */
import type { Fix } from '../../src/model/check.js';
import type { Finding } from '../../src/model/report.js';

export type Kind = 'by-hand' | 'not-modelled' | 'uncovers';

export interface NotCuring {
  kind: Kind;
  cause: RegExp;
  /** Of the printed steps. */
  steps: RegExp;
  /** Where it is so; default: in every scenario. */
  scenarios?: readonly string[];
  why: string;
  /** For `uncovers`: what shows once the finding is gone. */
  uncovers?: string;
}

export const NOT_CURING: readonly NotCuring[] = [
  { kind: 'by-hand', cause: /^token-never-expires$/, steps: /create token/, why: 'prints a token, which a person must put in place' },
  { kind: 'by-hand', cause: /^integration-config-hidden$/, steps: /NAME\.d/, why: "the name of the integration is the person's" },
  {
    kind: 'not-modelled',
    cause: /^network-policy-blocks-egress$/,
    steps: /./,
    why: 'NetworkPolicies are objects that nothing enforces; test/cluster applies it',
  },
  { kind: 'not-modelled', cause: /^admission-refuses$/, steps: /^oc adm/, why: 'no SecurityContextConstraints' },
  {
    kind: 'not-modelled',
    cause: /^kubelet-speaks-plain-http$/,
    steps: /=10250/,
    why: 'this kubelet has no second, secure port; test/cluster applies it',
  },
  {
    kind: 'by-hand',
    cause: /^read-only-port-open$/,
    steps: /HTTPS_KUBELET_PORT/,
    why: 'the first of two steps: the agent leaves the port before it is closed',
  },
  {
    kind: 'uncovers',
    cause: /^read-only-port-open$/,
    steps: /readOnlyPort: 0/,
    scenarios: ['only-read-only-port-open', 'only-read-only-port-without-role'],
    uncovers: 'agent-plain-port-closed',
    why: 'the second of two steps, as its words say',
  },
  {
    kind: 'uncovers',
    cause: /^kubelet-always-allow$/,
    steps: /mode: Webhook/,
    uncovers: 'kubelet-permission-missing',
    why: 'shows the rights that the agent lacks, as its words say',
  },
  {
    kind: 'uncovers',
    cause: /^kubelet-anonymous-access$/,
    steps: /mode: Webhook/,
    scenarios: ['node-shell-kubelet-open-rights'],
    uncovers: 'kubelet-permission-missing',
    why: 'the agent has no role there, and needs one from then on, as its words say',
  },
  {
    kind: 'uncovers',
    cause: /^agent-https-port-off$/,
    steps: /KUBELET_PORT=10250/,
    uncovers: 'kubelet-port-differs',
    why: 'no kubelet here listens at the port that all others do: a run has ports of its own',
  },
];

/** The entry for this fix, if there is one. */
export function entryFor(scenario: string, finding: Finding, { steps = '' }: Fix): NotCuring | undefined {
  return NOT_CURING.find(
    (entry) => entry.cause.test(finding.cause) && entry.steps.test(steps) && (entry.scenarios?.includes(scenario) ?? true),
  );
}
