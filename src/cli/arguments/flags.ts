/** From what yargs parsed to the flags of the table. */
import { keyOf, type OptionSpec } from '../../setup/option-spec.js';
import { type Flags, OPTIONS } from '../../setup/options.js';

/** What the table knows of what was parsed; yargs' own additions (`_`, aliases) are left out. `--no-color` becomes `color: false`. */
export function pickFlags(parsed: Record<string, unknown>): Partial<Flags> {
  const rows: readonly OptionSpec[] = OPTIONS;
  const given = rows.filter(({ name }) => parsed[name] !== undefined);
  return Object.fromEntries(given.map(({ name }) => [keyOf(name), keyOf(name) === name ? parsed[name] : !parsed[name]]));
}

/** Those that `judge` has alone. */
export function pickJudgeFlags(parsed: Record<string, unknown>): Partial<Flags> & { collect?: boolean; pod?: string } {
  const { collect, pod } = parsed;
  return { ...pickFlags(parsed), ...(collect === true && { collect }), ...(typeof pod === 'string' && { pod }) };
}
