/** The one contract: everything every output format, language and later version reads. Minor versions add fields; readers ignore unknown ones. */
import type { Evidence, Fix, Layer, Message, Severity, Witness } from './check.js';
import type { AnyFact, BundlePlace, Setting, Target } from './facts.js';

export const REPORT_VERSION = '1.5';

/** First key of the JSON, constant shape, never null: other tools' templates and regular expressions read it. */
export interface Summary {
  verdict: 'pass' | 'warn' | 'fail' | 'incomplete';
  exitCode: number;
  top: { id: string; title: string; fix: string };
  counts: { blocks: number; degrades: number; risk: number; note: number; unanswered: number };
}

/** A ranked problem with its consequences nested under it. */
export interface Finding {
  cause: string;
  question: string;
  target: Target;
  layer: Layer;
  severity: Severity;
  certainty: 'proven' | 'suspected';
  /** Since 1.5, of what is proven: the facts it rests on. */
  witnesses?: Witness[];
  alternatives: string[];
  title: Message;
  /** Since 1.5: it befell other nodes than the one that was named, whose agent is ready; where no agent is known, which is ready itself. */
  ofOthers?: true;
  features: string[];
  evidence: Evidence[];
  fixes: Fix[];
  /** Commands for someone who may ask what we may not. */
  decide: string[];
  /** Why it stands where it stands: the sort key, readable. */
  rankedBy: string[];
  consequences: Finding[];
  /** In a merged report: the nodes it was seen on, of how many, and from which networks. */
  seen?: SeenOn;
  /** Since 1.2, in a report that was read: advice it has here that our own checks do not give. Another's words, never ours. */
  quoted?: string[];
}

export interface SeenOn {
  nodes: string[];
  of: number;
  vantages: string[];
}

/** What became of one check. */
export interface Result {
  question: string;
  asks: string;
  target: Target;
  layer: Layer;
  required: boolean;
  outcome: 'pass' | 'problem' | 'not-applicable' | 'cannot-tell' | 'crashed';
  /** The cause, for a problem; for a question that stayed open the cause that keeps it so. */
  cause?: string;
  note?: Message;
  /** How someone else can answer it. */
  elsewhere: string[];
  /** Since 1.2, as in a finding. */
  quoted?: string[];
}

/** A cell of the target × layer table. */
export interface LayerState {
  target: Target;
  layer: Layer;
  state: 'ok' | 'failed' | 'warned' | 'not-asked';
  why: string;
  /** Since 1.3, where it was not asked: the layer below it that failed. `why` says the same, by the layer's id. */
  blockedBy?: Layer;
  /** Since 1.3, of `proxy`: the proxy that the connection goes through; empty where it has no name. */
  through?: string;
  ms?: number;
}

/** Line three: where it ran, as whom, against what. Empty strings where unknown. */
export interface Where {
  place: string;
  vantage: string;
  node: string;
  identity: string;
  kubelet: string;
  apiserver: string;
  /** The node it ran on, only where another one was asked about. */
  machine?: string;
  /** Since 1.4, at a workstation: a directory that a kubelet left there. */
  leftOver?: string;
  /** Since 1.5, of answers of the script: the pod that it asked in, as far as something names it. */
  script?: { namespace?: string; pod?: string; cut?: true };
  /** Since 1.5, where a flag or setting gives the kubelet's address and the Node has others: those. It decides nothing. */
  nodeAddresses?: string;
  /** Since 1.4: the kubeconfig, and the context of it, by which the apiserver was asked. */
  kubeconfig?: string;
  context?: string;
  /** Since 1.5: nobody was asked; it is judged from what another program has collected. `startedAt` is when it did. */
  bundle?: BundlePlace;
  /** Since 1.3, where it was asked as someone else: whose rights were judged. `identity` says it too. */
  account?: string;
}

/** One row of the waterfall. Times in ms from the start of the run. */
export interface Timing {
  target: Target;
  kind: string;
  subject: string;
  startedMs: number;
  ms: number;
  ok: boolean;
}

/** What a reader of the report needs to know of a cause without having this program. */
export interface CauseMeta {
  title: string;
  question: string;
  means: string;
  fix: string;
}

/** One report that went into a merged one. */
export interface GridRow {
  node: string;
  vantage: string;
  /** ISO 8601. */
  startedAt: string;
  version: string;
  /** One letter for each of the report's `results`, in their order: . well, X fails, ! risk or note, ? not answered, - does not apply or not asked. */
  states: string;
}

/** What a merged report was made of. */
export interface Merged {
  given: number;
  read: number;
  nodes: number;
  /** Left out: a newer report of the same node and network was given. */
  older: number;
  /** Left out: the same report was given before. */
  repeated: number;
  unread: { file: string; why: string }[];
  /** Trouble first. */
  grid: GridRow[];
}

export interface Report {
  summary: Summary;
  reportVersion: string;
  tool: { program: string; version: string };
  startedAt: string;
  durationMs: number;
  where: Where;
  asked: { answered: number; total: number };
  findings: Finding[];
  results: Result[];
  layers: LayerState[];
  timings: Timing[];
  settings: Setting[];
  causes: Record<string, CauseMeta>;
  /** Facts cited as evidence. Best effort, not promised. */
  evidence: AnyFact[];
  /** Since 1.1, and only where several reports were merged. */
  merged?: Merged;
}
