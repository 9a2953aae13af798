/** The output of the script → the report that the program itself would give there. Nobody is asked. */
import type { Host } from '../../host/host.js';
import { PHRASE } from '../../host/redact.js';
import { observePlace } from '../../probes/machine/place.js';
import { resolveSettings } from '../../setup/resolve.js';
import { type DiagnoseOptions, type Diagnosis, diagnose } from '../diagnose.js';
import { readAnswers } from './answers.js';
import { hostOf } from './host.js';
import { recordedIn } from './network.js';

/** All answers are there: only the machine's own work takes time. */
const BUDGET_MS = 30_000;

const RUN = 'kubectl -n NAMESPACE exec -i AGENT_POD -c agent -- sh < ask.sh > answers.txt';
const TOO_SHORT = 'the answers of the script end before it asked a server; run it again, and give all that it prints';
const WRAPPED = `the lines of the answers are broken, as in a copy of a terminal; give the script's own output: ${RUN}`;
const NO_POD = `the script ran in no pod, so nothing of an agent was asked; run it in the agent's own: ${RUN}`;
const DEBUG_POD = `the script ran in a debug pod, which has another network and account; run it in the agent's own: ${RUN}`;

/** What was made of one pod's answers, with what the script could not ask. */
export type Judged = Diagnosis & { skipped: string[] };

/** Each pod's by itself, in their order. An error is one line. */
export async function judgeAnswers(
  text: string,
  own: Host,
  choices: Pick<DiagnoseOptions, 'failOn' | 'skip' | 'only'>,
): Promise<Judged | { error: string }> {
  const answers = readAnswers(text);
  if (answers.isWrapped) return { error: WRAPPED };
  if (!answers.hasPod) return { error: TOO_SHORT };
  const host = hostOf(answers, own);
  const { place } = await observePlace(host);
  if (place === 'node' || place === 'workstation') return { error: NO_POD };
  if (place === 'debug-pod') return { error: DEBUG_POD };
  // Nothing of what was pasted is run.
  const settings = await resolveSettings({ exec: false }, host);
  if ('error' in settings) return settings;
  const diagnosis = await diagnose({ host, settings, budgetMs: BUDGET_MS, recorded: recordedIn(answers), ...choices });
  const cut = answers.isWhole ? [] : ['the end is missing: the script was stopped, or its output was cut'];
  return { ...diagnosis, skipped: [...answers.skipped, ...cut].map((line) => own.redactor.clean(line, PHRASE)) };
}
