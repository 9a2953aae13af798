/** Writing to our own streams, so that a full disk is one line and not half a report with exit code 0. */
import { fstatSync, writeSync } from 'node:fs';

/** Why output cannot be written, or the program cannot go on, in words for one line. */
const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is exceeded',
  EFBIG: 'the file would exceed the size limit',
  EIO: 'input/output error',
  EBADF: 'it is closed',
  EMFILE: 'too many open files; raise the limit (ulimit -n)',
  ENFILE: 'too many open files on this machine',
  ENOMEM: 'not enough memory',
};

class CannotWrite extends Error {}

/** What a failure of the machine means; undefined for anything else, which is a fault of ours. */
export function machineFault(error: unknown): string | undefined {
  if (error instanceof CannotWrite) return error.message;
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  return WORDS[code] && `cannot go on: ${WORDS[code]}`;
}

/** Writes all of a text, or throws CannotWrite. Node's own stream of a file takes a short write, as on a disk that fills up, for a whole one. */
export function writerTo(fd: 1 | 2, stream: NodeJS.WriteStream): (text: string) => void {
  if (!isFile(fd)) return (text) => void stream.write(text);
  return (text) => {
    const bytes = Buffer.from(text);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    } catch (error) {
      throw new CannotWrite(`cannot write the output: ${WORDS[(error as NodeJS.ErrnoException).code ?? ''] ?? 'error'}`);
    }
  };
}

/** A file or a device such as /dev/full. Pipes, sockets and terminals are the stream's: they may ask to wait. */
function isFile(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFile() || (stat.isCharacterDevice() && !(fd === 1 ? process.stdout : process.stderr).isTTY);
  } catch {
    return false;
  }
}
