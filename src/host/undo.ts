/** What must not outlive the program: a signal ends it as it always does, but what was begun is taken back first. */

const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Does the work; where a signal comes meanwhile, `undo` (synchronous: nothing else runs any more) and the end by that signal. */
export async function undoneBySignal<T>(undo: () => void, work: () => Promise<T>): Promise<T> {
  const end = (signal: NodeJS.Signals) => {
    undo();
    off();
    process.kill(process.pid, signal);
  };
  const off = () => {
    for (const signal of ENDS) process.off(signal, end);
  };
  for (const signal of ENDS) process.on(signal, end);
  try {
    return await work();
  } finally {
    off();
  }
}
