/** Values of JSON that someone else wrote, as text. */
import { NAME, printable } from './redact.js';

/** One printable line of whatever stands there; empty where nothing does. */
export function text(value: unknown, max = NAME): string {
  return printable(String(value ?? ''), max);
}
