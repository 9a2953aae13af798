/** What a merge keeps of one report. */
import type { Finding } from '../../model/report.js';

/** What is kept of one report. Texts that are equal in many are one string. */
export interface View {
  node: string;
  vantage: string;
  startedAt: string;
  version: string;
  identity: string;
  /** Whose rights were judged, where it was asked as someone else. */
  account: string;
  kubelet: string;
  apiserver: string;
  durationMs: number;
  /** A letter of the grid for each question, in the order in which the merger met them; shorter than all where later reports had more. */
  states: string;
  /** `kubelet/tcp` and others that work, as JSON. */
  working: string;
  findings: Slim[];
}

/** A finding with its words as JSON, so that equal ones are one string. */
export interface Slim {
  finding: Pick<Finding, 'cause' | 'question' | 'target' | 'layer' | 'severity' | 'certainty'>;
  title: string;
  /** features, alternatives, decide, quoted */
  rest: string;
  fixes: string;
  evidence: string;
  consequences: Slim[];
}
