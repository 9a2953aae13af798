/** A list as a title can hold it: `a, b and 3 more`. The whole list stands in the evidence. */
export function fewOf(all: readonly string[], most: number): string {
  const more = all.length - most;
  return `${all.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Words of a program, cut to what a line holds. */
export function cutTo(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text;
}
