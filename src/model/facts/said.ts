/** What was said of a cause, in a log or in place of a document: the words of another program, about a time that may be over. */

export interface Statement {
  /** Where it stands: a path of the machine, pod or bundle it is of. */
  log: string;
  /** Who wrote it, by the names of `list --fragments`: `kubelet`, `node-agent`. */
  speaker: string;
  /** The node that the text names. */
  node?: string;
  /** Who was asked: `kubelet`, `apiserver`, `cluster-agent`. */
  server: string;
  host?: string;
  port?: number;
  /** `client`: of its own try. `server`: of who asked it, whose fault it need not be ours. */
  side: 'client' | 'server' | 'object';
  /** Who is refused. */
  user?: string;
  /** The row of `list --fragments`. */
  fragment?: string;
  /** First the one that it says; the others look the same. None where the reason stands elsewhere: it only wraps it. */
  causes: { cause: string; certainty: 'proven' | 'suspected' }[];
  count: number;
  /** Times as they are written. */
  first?: string;
  last?: string;
  /** One record of it, redacted and cut, and the piece of it that told. */
  sample: string;
  rests: string;
  /** It is said up to the end of the log. */
  lasts: boolean;
  /** The same server answered afterwards. */
  isHistory: boolean;
}
