/** What a bundle keeps to judge again: every fact of a run, and the choices the judgement was made with. Minor versions add fields. */
import type { Severity } from './check.js';
import type { AnyFact, Setting } from './facts.js';

export const FACTS_VERSION = '1.0';

export interface FactsFile {
  factsVersion: string;
  /** Who collected. */
  tool: { program: string; version: string };
  /** ISO 8601; with `durationMs`, the only clock there is when these facts are judged. */
  startedAt: string;
  durationMs: number;
  failOn: Severity;
  skip: readonly string[];
  only: readonly string[];
  settings: Setting[];
  facts: AnyFact[];
}
