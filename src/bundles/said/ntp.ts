/** The offset of the clock that an agent measured, in the text of its status: DataDog/datadog-agent comp/core/status, section `Clocks`. */
import type { Entry } from '../../files/packed/types.js';
import { SENTENCE } from '../../host/redact.js';
import type { Statement } from '../../model/facts/said.js';
import type { Clean } from '../../texts/index.js';

const STATUS = /(?:^|\/)status\.log$/;
const OFFSET = /^ {0,8}NTP offset: (-?(?:\d{1,12}(?:\.\d{1,9})?(?:h|m|s|ms|µs|μs|us|ns)){1,6})\s*$/m;
/** As the agent's own check has it (conf.d/ntp.d/conf.yaml.default, offset_threshold); a token may be a minute off. */
const MOST_SECONDS = 60;

const SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3, µs: 1e-6, μs: 1e-6, us: 1e-6, ns: 1e-9 };

/** What it says of the clock, where that is off; nothing where it is well, or of another file. */
export async function clockIn(entry: Entry, clean: Clean): Promise<Statement[]> {
  if (!STATUS.test(entry.path)) return [];
  const [sample, offset] = OFFSET.exec((await entry.head()).toString('utf8')) ?? [];
  if (sample === undefined || offset === undefined || Math.abs(secondsIn(offset)) < MOST_SECONDS) return [];
  return [
    {
      log: clean(entry.path, SENTENCE),
      speaker: 'node-agent',
      server: 'unknown',
      side: 'client',
      causes: [{ cause: 'clock-skew', certainty: 'suspected' }],
      count: 1,
      sample: sample.trim(),
      rests: sample.trim(),
      lasts: true,
      isHistory: false,
    },
  ];
}

/** `-1m2.5s`, as Go prints a duration. */
function secondsIn(duration: string): number {
  const parts = [...duration.matchAll(/([\d.]{1,22})([a-zµμ]{1,2})/g)];
  const sum = parts.reduce((all, [, number, unit = '']) => all + Number(number) * (SECONDS[unit] ?? 0), 0);
  return duration.startsWith('-') ? -sum : sum;
}
