/** The output of the script → the report that the program itself would give there. Nobody is asked. */
import type { Host } from '../../host/host.js';
import { PHRASE } from '../../host/redact.js';
import { resolveSettings } from '../../setup/resolve.js';
import { type DiagnoseOptions, type Diagnosis, diagnose } from '../diagnose.js';
import { readAnswers } from './answers.js';
import { hostOf } from './host.js';
import { recordedIn } from './network.js';

/** All answers are there: only the machine's own work takes time. */
const BUDGET_MS = 30_000;

const TOO_SHORT = 'the answers of the script end before it asked a server; run it again, and give all that it prints';

/** With what the script could not ask. An error is one line. */
export async function judgeAnswers(
  text: string,
  own: Host,
  choices: Pick<DiagnoseOptions, 'failOn' | 'skip' | 'only'>,
): Promise<(Diagnosis & { skipped: string[] }) | { error: string }> {
  const answers = readAnswers(text);
  if (!answers.hasPod) return { error: TOO_SHORT };
  const host = hostOf(answers, own);
  // Nothing of what was pasted is run.
  const settings = await resolveSettings({ exec: false }, host);
  if ('error' in settings) return settings;
  const diagnosis = await diagnose({ host, settings, budgetMs: BUDGET_MS, recorded: recordedIn(answers), ...choices });
  const cut = answers.isWhole ? [] : ['the end is missing: the script was stopped, or its output was cut'];
  return { ...diagnosis, skipped: [...answers.skipped, ...cut].map((line) => own.redactor.clean(line, PHRASE)) };
}
