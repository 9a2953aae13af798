/**
 * One line for programs that keep no more. node-problem-detector cuts a plugin's output at `max_output_length` bytes, 80 unless told otherwise
 * (pkg/custompluginmonitor/types), so the line is ASCII and never longer; it reads the exit code as ours is meant: 0 well, 1 a problem, else unknown.
 */
import type { Report } from '../model/report.js';
import { oneLine } from '../report/plain-text.js';

const LONGEST = 80;

export function renderLine({ summary }: Report): string {
  const { verdict, top } = summary;
  if (verdict === 'pass') return 'ok: the kubelet and the apiserver answer and accept the agent';
  const said = [top.id || verdict, top.title].filter(Boolean).join(': ');
  const ascii = oneLine(said).replace(/[^\x20-\x7e]/gu, '?');
  return ascii.length > LONGEST ? `${ascii.slice(0, LONGEST - 3).trimEnd()}...` : ascii;
}
