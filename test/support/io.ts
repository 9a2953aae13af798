import type { Io } from '../../src/cli/io.js';

/** A terminal that keeps what is written to it. */
export function recordingIo(given: Partial<Io> = {}): { io: Io; text(): { stdout: string; stderr: string } } {
  const [out, err]: [string[], string[]] = [[], []];
  const io: Io = {
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    outIsTty: false,
    errIsTty: false,
    width: 80,
    colour: false,
    ascii: false,
    ...given,
  };
  return { io, text: () => ({ stdout: out.join('\n'), stderr: err.join('\n') }) };
}
