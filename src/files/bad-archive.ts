/** What is wrong with an archive, or with what lies in one, in words that go after its name. */
export class BadArchive extends Error {}

const WORDS: Record<string, string> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'permission denied; run as a user that may read it',
  EPERM: 'permission denied; run as a user that may read it',
  ELOOP: 'is a symbolic link; not followed',
  ENXIO: 'is not a regular file',
  EIO: 'cannot be read (input/output error)',
  ERR_STRING_TOO_LONG: 'is too large',
};

/** What a failed reading is, in words that go after a name. */
export function wordsOf(error: unknown): string {
  if (error instanceof BadArchive) return error.message;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'Z_BUF_ERROR') return 'is cut off';
  if (code.startsWith('Z_')) return 'is damaged and cannot be decompressed';
  return WORDS[code] ?? `cannot be read (${code || 'unknown error'})`;
}
