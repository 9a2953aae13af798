/** What is made of a text that someone pastes: who speaks, to whom, and what it says. Types alone; this is what `explain` and the door agree on. */

/** Who wrote it. `client`: a program that is not named, by the words of its library; `object`: a condition or event of an API object. */
export const SPEAKERS = [
  'node-agent',
  'cluster-agent',
  'other-agent',
  'metrics-server',
  'opentelemetry',
  'prometheus',
  'kubelet',
  'apiserver',
  'controller-manager',
  'scheduler',
  'runtime',
  'cni',
  'kubectl',
  'curl',
  'object',
  'client',
  'unknown',
] as const;
export type Speaker = (typeof SPEAKERS)[number];

/** Who was asked. `pod`: a server of some pod, as a probe asks it. */
export const SERVERS = [
  'kubelet',
  'read-only-port',
  'apiserver',
  'aggregated-api',
  'cluster-agent',
  'intake',
  'registry',
  'webhook',
  'etcd',
  'runtime',
  'dns',
  'metadata',
  'proxy',
  'pod',
  'other',
  'unknown',
] as const;
export type Server = (typeof SERVERS)[number];

export interface Addressee {
  server: Server;
  host?: string;
  port?: number;
  path?: string;
}

/** One record of a text: a line of a log with what belongs to it, an event, a condition. Raw: not redacted, bounded. */
export interface TextRecord {
  /** Where it begins, from 1. */
  line: number;
  text: string;
  /** What it stands in, where it is no line of a log. */
  scene?: Scene;
  /** Whose log it is, as a line above it says. */
  speaker?: Speaker;
}

/** The object that `kubectl describe` or a table of `kubectl get` speaks of. */
export interface Scene {
  kind: string;
  name?: string;
  namespace?: string;
  node?: string;
  /** Of a pod: that of an agent. Undefined where it cannot be told. */
  ofAgent?: boolean;
}

export type Certainty = 'proven' | 'suspected';

/** What a record says. `says`, `decide` and `fix` are whole sentences of ours, of no word of the text; the last two in place of what the cause says. */
export type Meaning =
  | { kind: 'cause'; causes: { cause: string; certainty: Certainty }[]; rests: string; says?: string; decide?: string; fix?: string }
  /** The reason stands elsewhere: `says` tells where. `lacks`: it would be one, if the text named the server. */
  | { kind: 'wrapper'; rests: string; says: string; lacks?: 'server' }
  | { kind: 'not-ours'; rests: string; says: string }
  | { kind: 'works'; rests: string; says: string };

export interface Reading {
  speaker: Speaker;
  target: Addressee;
  /** Whether a client tells of its own try, a server of who asked it, or an object of itself. */
  side: 'client' | 'server' | 'object';
  /** Redacted, printable, one line, cut. */
  record: { line: number; text: string; time?: string; node?: string };
  /** Who is refused: the user of a 403. Redacted. */
  user?: string;
  /** The row of the table that told. */
  fragment?: string;
  verdict: Meaning;
}

/** Takes secrets and what a terminal would obey out of a text, and cuts it: `redactor.clean` of the run. */
export type Clean = (text: string, max?: number) => string;
