/** One log of a bundle, line by line: what its program says, and what the apiserver said in the place of it. */
import type { Skips } from '../../files/packed/lines.js';
import type { Entry } from '../../files/packed/types.js';
import { SENTENCE } from '../../host/redact.js';
import type { Statement } from '../../model/facts/said.js';
import type { Clean } from '../../texts/index.js';
import { createStatements, type LogPlace, type Statements } from '../../texts/log/said.js';
import { LOG_ERROR, type LogFile, logErrorIn } from './logs.js';
import { inTheirOrder } from './newest-first.js';

/** What is read of a line; undefined where nothing is. */
export type Edit = (line: string) => string | undefined;

/** Of a program that no one here listens to: what was said in the place of its log alone. */
export const nothing: Edit = () => undefined;

export interface OneLog {
  skips: Skips;
  push(line: string): void;
  end(): Statement[];
}

/** `isEarlier`: it does not go up to the end, so nothing in it lasts. */
export function createOneLog(place: LogPlace, clean: Clean, { edit, isEarlier = false }: { edit: Edit; isEarlier?: boolean }): OneLog {
  const own = createStatements(place, clean);
  let errors: Statements | undefined;
  return {
    skips: own.skips,
    push(line) {
      if (LOG_ERROR.test(line)) {
        errors ??= createStatements({ log: place.log, by: 'apiserver' }, clean);
        const reason = logErrorIn(line);
        if (reason !== undefined) errors.push(reason);
        return;
      }
      const told = edit(line);
      if (told !== undefined) own.push(told);
    },
    end: () => [...own.end().map((statement) => (isEarlier ? { ...statement, lasts: false } : statement)), ...(errors?.end() ?? [])],
  };
}

/** What a file says from its beginning to its end. */
export async function statementsOf(
  entry: Entry,
  { by, node, isEarlier }: LogFile,
  clean: Clean,
  edit: Edit = asItIs,
): Promise<Statement[]> {
  const place = { log: logName(entry.path, clean), ...(by && { by }), ...(node !== undefined && { node }) };
  const log = createOneLog(place, clean, { edit, isEarlier });
  for await (const line of inTheirOrder(entry, log.skips)) log.push(line);
  return log.end();
}

const asItIs: Edit = (line) => line;

/** What a log is called: without the folders of an archive that only tell which run or image it was. */
export function logName(path: string, clean: Clean): string {
  const short = path.replace(/^.*?\b(?:must-gather|inspect)\.local\.\d+\//, '').replace(/^[^/]*sha256-[\da-f]{64}\//, '');
  return clean(short, SENTENCE);
}
