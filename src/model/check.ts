/** What a check is: one question with mutually exclusive answers, and everything said about each answer, in one file. */
import type { Fact, KindOf, Need, Target } from './facts.js';

/** From the bottom up; the order in which one connection can fail, and the order of the report's table. */
export const LAYERS = ['settings', 'proxy', 'dns', 'tcp', 'tls', 'authn', 'authz', 'payload'] as const;
export type Layer = (typeof LAYERS)[number];

/** blocks: the agent or a required feature does not work. degrades: an optional one is lost, or soon will be. risk: works, unsafe. */
export const SEVERITIES = ['blocks', 'degrades', 'risk', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A message: `id` and `args` for other languages, `en` as it was said, kept for ever. */
export interface Message {
  id: string;
  args: Record<string, string | number>;
  en: string;
}

declare const computed: unique symbol;

/** What a fix does beside its own words, and that it does nothing else: computed from what it prints, by `manifests/effect.ts` alone. */
export type Effect = Message & { readonly [computed]: true };

/** Who must act, and what the act changes. `steps` is shown verbatim (commands, YAML), never run. */
export interface Fix {
  owner: 'agent' | 'node' | 'cluster' | 'network' | 'workstation';
  /** `deletes` since 1.5. */
  changes: 'nothing' | 'config' | 'restart' | 'security' | 'deletes';
  action: Message;
  /** Commands or YAML to paste, safe to paste: no value a server chose is in it unchecked. */
  steps?: string;
  /** Since 1.4: the command that prints `steps`, where they are long. Ours, never read from a report. */
  source?: string;
  /** What `steps` is, so that a machine can apply it. */
  form?: 'shell' | 'yaml' | 'env' | 'kubelet-config';
  /** Since 1.5: `+5 rights, no others`. Roles, bindings and policies are printed with it, or not at all. */
  effect?: Effect;
  /** The command that shows that it worked. */
  verify?: string;
  /** In a merged report: the nodes it is for, where not the same for all. */
  nodes?: string[];
  /** In a report that was read: steps it has here that our own checks do not give. Another's words, never to be taken for ours. */
  quoted?: string[];
}

/** A fact quoted in a finding: its words, short and verbatim, and how to see the same by hand. */
export interface Evidence {
  need: Need;
  subject: string;
  saw: Message;
  reproduce?: string;
  /** In a merged report: the node, and the network it was seen from. */
  node?: string;
}

/** A fact that would decide, and how someone else can get it when it is not ours to ask. */
export interface Want {
  need: Need;
  subject?: string;
  /** `kubectl get --raw …`: the deciding question as a command for someone who may ask it. */
  elsewhere?: string;
}

/** A fact that a claim rests on. */
export type Witness = Pick<Evidence, 'need' | 'subject' | 'node'>;

declare const PROVES: unique symbol;
/** What makes a claim certain: the facts it rests on. Only `checks/shared/proof.ts` can make one. */
export type Proof = readonly Witness[] & { readonly [PROVES]: true };

/** An agent feature lost, as a phrase: `container metrics (/metrics/cadvisor)`. */
export type Feature = string;

/** One answer of a check about its target. */
export type Verdict<C extends string = string> =
  /** `on`: what was seen, without which neither can be said to be well. */
  | { kind: 'pass'; on: readonly Witness[]; note?: Message }
  /** `on`: what shows that it does not apply; empty where nothing was looked at. */
  | { kind: 'not-applicable'; why: Message; on: readonly Witness[] }
  /**
   * `because`: the cause, found by another check, that keeps it open; where nothing is worse, that one is said first. `required`: what stays open is
   * required, although the question is not: one right of many.
   */
  | { kind: 'cannot-tell'; why: Message; wants: Want[]; because?: string; required?: boolean }
  | Problem<C>;

/** How sure it is. `proven` cannot be written without what it rests on. */
export type HowSure = { certainty: 'proven'; witnesses: Proof } | { certainty: 'suspected'; witnesses?: undefined };

export type Problem<C extends string = string> = Stated<C> & HowSure;

/** All of a problem but how sure it is. */
export interface Stated<C extends string = string> {
  kind: 'problem';
  cause: C;
  severity: Severity;
  /** For `suspected`: the other causes that look the same from here. */
  alternatives?: string[];
  /** Facts that would decide between them; the engine fetches what it can. */
  wants?: Want[];
  /** Where it was seen: the consequence chain holds inside one. Defaults to the check's target. */
  observedAt?: Target;
  /** What is wrong, one line a person understands. */
  title: Message;
  /** It befell other nodes than the one that was named, whose agent is ready; where no agent is known, which is ready itself. */
  ofOthers?: true;
  /** Agent features lost. */
  features: Feature[];
  evidence: Evidence[];
  /** Least invasive first. */
  fixes: Fix[];
  /** Causes of other checks that, when present, explain this one; what holds always stands in the docs of the cause. */
  explainedBy?: readonly string[];
}

/** Where the same cause has another reason or another remedy: who built the node, or who installed the agent. */
export type Installer =
  | 'kubeadm'
  | 'k3s'
  | 'RKE1'
  | 'RKE2'
  | 'microk8s'
  | 'EKS'
  | 'EKS Auto Mode'
  | 'EKS Fargate'
  | 'GKE'
  | 'GKE Autopilot'
  | 'AKS'
  | 'OpenShift'
  | 'Talos'
  | 'Bottlerocket'
  | 'Helm chart'
  | 'operator'
  | 'plain manifests';

/** One or two sentences for each installer where it differs. */
export type Distributions = Readonly<Partial<Record<Installer, string>>>;

/** What every cause must be able to say for itself in `explain`. Markdown paragraphs. */
export interface CauseDocs {
  /** Noun phrase for lists: `kubelet certificate expired`. */
  title: string;
  /** What it means. */
  means: string;
  /** Why it happens. */
  happens: string;
  /** Where it differs in fact. */
  distributions?: Distributions;
  /** How to confirm by hand: commands in backticks or as indented lines, with NODE-like placeholders. */
  confirm: string;
  /** How to fix, least invasive first. */
  fix: string;
  /** The wrong fix people are tempted by, and why it is wrong. */
  avoid?: string;
  /** Causes (of other checks) that, when present, are the reason for this one. */
  explainedBy?: readonly string[];
  /** The server that answers is not the one that was meant while this holds: nothing it says is judged of that one (judge). */
  stranger?: 'kubelet';
  /** The server that answers no one while this holds: what is asked of it decides nothing. */
  stops?: 'kubelet' | 'apiserver';
}

/** Facts as a check sees them: only what it declared in `needs`. */
export interface View<N extends Need> {
  /** All facts of a need, in a stable order. */
  all<M extends N>(need: M): Fact<KindOf<M>>[];
  /** The one with this subject, or the first; an absent fact (`not-attempted`) when there is none. */
  one<M extends N>(need: M, subject?: string): Fact<KindOf<M>>;
}

/** `{host}` placeholders of a template. */
export type Placeholders<T extends string> = T extends `${string}{${infer P}}${infer Rest}` ? P | Placeholders<Rest> : never;

/** Says a word of this check by key; a missing or misspelt argument does not compile. */
export type Say<W extends Record<string, string>> = <K extends keyof W & string>(
  key: K,
  ...args: [Placeholders<W[K]>] extends [never] ? [] : [Record<Placeholders<W[K]>, string | number>]
) => Message;

/** One check. Kept as data plus one pure function; see `defineCheck`. */
export interface Check<N extends Need = Need, W extends Record<string, string> = Record<string, string>, C extends string = string> {
  /** The question's id and its file's name: a noun. */
  question: string;
  /** As asked in the table and with --verbose: "Does the kubelet's certificate verify?" */
  asks: string;
  target: Target;
  layer: Layer;
  /** A profile requires an answer: left unanswered, the exit code is 3. */
  required: boolean;
  needs: readonly N[];
  /** Everything it can say, by key. */
  words: W;
  causes: Readonly<Record<C, CauseDocs>>;
  judge(view: View<N>, say: Say<W>): Verdict<NoInfer<C>>;
}

/** Ties the type parameters of a check together, and erases them for the registry. */
export function defineCheck<const N extends Need, const W extends Record<string, string>, const C extends string>(
  check: Check<N, W, C>,
): Check {
  return check as unknown as Check;
}
