/**
 * The language that people read. English stands in the tables themselves; another language gives a word of a table by its key, and what it has no
 * word for stays English. A report is data and stays English in its JSON: what is printed of it is said again where it is printed.
 */

/** A template with the same `{placeholders}`, or undefined for the English one. */
export type Language = (table: string, key: string) => string | undefined;

let current: Language | undefined;

/** Chosen once, where the program starts; nothing is English. */
export function speak(language?: Language): void {
  current = language;
}

export function isEnglish(): boolean {
  return current === undefined;
}

/** What is kept for machines and later readers, made by what also prints. */
export function inEnglish<T>(make: () => T): T {
  const spoken = current;
  current = undefined;
  try {
    return make();
  } finally {
    current = spoken;
  }
}

/** The words of a key: of the current language, else the English ones. */
export function templateOf(table: string, key: string, english: string): string {
  return current?.(table, key) ?? english;
}
