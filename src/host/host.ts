/** The edge to the machine: environment, files under a root (`/` or `/host`), clock. Everything else asks it, so a test can give another world. */
import type { Redactor } from './redact.js';

/** A file as read, or why not. Codes: ENOENT EACCES EISDIR ELOOP ENOTFILE (FIFO, socket, device) ETOOBIG. Never throws. */
export type FileRead =
  | { ok: true; path: string; bytes: Buffer; text: string /** When it was last written, ms since the epoch. */; modifiedMs?: number }
  | { ok: false; path: string; code: string; detail: string };

/** `end`: of a file that is longer, its last bytes. Otherwise one that is too long is not read. */
export type FilePart = 'whole' | 'end';

/** One address of one interface of the network namespace we are in. */
export interface InterfaceAddress {
  /** `eth0`, `cni0`, `docker0`… */
  name: string;
  address: string;
}

export interface Host {
  /** Process environment, as given. Values may be secret: never put one into a fact without `redactor.clean`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Prefix of the node's or pod's file system: '' or e.g. '/host'. */
  readonly root: string;
  /** Home directory for ~/.kube/config. */
  readonly home: string;
  readonly hostName: string;
  /** Directory relative paths on the command line start from. */
  readonly cwd: string;
  /** Port of the nameservers in resolv.conf; 53 but in the simulator. */
  readonly dnsPort: number;
  /** Port of the kubelet's own health server on this machine's loopback; 10248 but in the simulator. */
  readonly healthzPort?: number;
  /** Knows the secrets met so far; everything shown passes through its `clean`. */
  readonly redactor: Redactor;
  /** Milliseconds since the epoch by the local clock. */
  now(): number;
  /** Reads at most `maxBytes` (default 1 MiB) of a regular file below `root`; opens non-blocking so that a FIFO cannot hang it. */
  readFile(path: string, maxBytes?: number, part?: FilePart): Promise<FileRead>;
  /** Names in a directory, sorted; empty when it cannot be read. */
  listDirectory(path: string): Promise<string[]>;
  /** Where a path of this host is in our own file system: below `root`, with its links followed there. Rejects for a loop of links. */
  locate(path: string): Promise<string>;
  /** Interfaces that are up, loopback included. */
  interfaceAddresses(): InterfaceAddress[];
}
