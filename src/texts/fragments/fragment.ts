/** A row of the tables beside this file: a constant part of what a program prints, and what it says. */
import type { Reading, Scene, Server, Speaker } from '../reading.js';
import type { Refused } from '../refused.js';
import type { Aim } from '../target.js';

/** What was found out about a record before its words are looked up. */
export interface Seen {
  body: string;
  speaker: Speaker;
  target: Aim;
  side: Reading['side'];
  refused?: Refused;
  scene?: Scene;
}

export type Means =
  /** `proven`: it is the refusal itself, not what a client made of it. */
  | { causes: readonly string[]; proven?: true; says?: string; decide?: string; fix?: string }
  /** By whom it is about; `alone`: where the text does not say. An error without a row for its server says nothing. */
  | { by: Partial<Record<Server | 'alone', readonly string[]>>; says?: string }
  /** Where the reason stands. */
  | { wrapper: string }
  /** What it is, where it is no fault between agent, kubelet and apiserver. */
  | { foreign: string }
  /** What is shown to work, and what is not. */
  | { works: string };

export interface Fragment {
  id: string;
  text: RegExp;
  /** Who prints it, where nothing before it tells. */
  speaker?: Speaker;
  /** Whom it is about, whatever else the text names. */
  target?: Server;
  side?: Reading['side'];
  means: Means;
  when?: (seen: Seen) => boolean;
  /** It says so even beside a server that is not ours. */
  anywhere?: true;
  /** It says more than whom a refusal in it names. */
  first?: true;
  /** Program, versions read, and file. */
  source: string;
}
