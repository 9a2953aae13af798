/** What a merge keeps of one report. */
import type { Evidence, Fix, Message, Witness } from '../../model/check.js';
import type { Finding, LayerState } from '../../model/report.js';
import type { Json } from './json.js';

/** What is kept of one report. Texts that are equal in many are one string. */
export interface OneReport {
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
  /** Layers that work. */
  working: Json<Pick<LayerState, 'target' | 'layer'>[]>;
  findings: Slim[];
}

export type Rest = Pick<Finding, 'features' | 'alternatives' | 'decide' | 'quoted'>;

/** A finding with its words packed. */
export interface Slim {
  finding: Pick<Finding, 'cause' | 'question' | 'target' | 'layer' | 'severity' | 'certainty'>;
  title: Json<Message>;
  rest: Json<Rest>;
  fixes: Json<Fix[]>;
  evidence: Json<Evidence[]>;
  /** What it rests on, where it is proven and its report says so. */
  witnesses: Json<Witness[]>;
  consequences: Slim[];
}
