/** The clock of a world: the machine's, or one that a test moves by hand. */
export interface Clock {
  now(): number;
  /** Runs this when so much time has passed; returns what calls it off. Keeps no process alive. */
  after(ms: number, run: () => void): () => void;
}

export const machineClock: Clock = {
  now: Date.now,
  after(ms, run) {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};
