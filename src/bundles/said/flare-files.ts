/** Files of a flare that are no logs: the agent's settings, and what its kubelet answered it. What the agent quotes of that in its log belongs to it. */
import type { Entry } from '../../files/packed/types.js';
import type { Statement } from '../../model/facts/said.js';
import type { AgentConfiguration, AnyFact } from '../../model/facts.js';
import type { Clean } from '../../texts/index.js';
import { statementsIn } from '../../texts/log/said.js';
import { configAnswered, podsAnswered } from './answers.js';
import { configurationIn, isKubeletAnswer, isKubeletPods, refusalIn, refusedPods, SETTINGS, withKubelet } from './flare.js';
import { logName } from './one-log.js';

const MOST_SETTINGS = 1024 * 1024;
/** As much of a refusal as a live run keeps. */
const BODY = 512;

interface FlareFiles {
  /** To be asked of every file: some tell by their being there. */
  wants(path: string, head: string): boolean;
  takes(path: string): boolean;
  hear(entry: Entry): Promise<void>;
  /** A line of the agent's log, as it is read. */
  noted(line: string): string;
  /** What stands in the place of the kubelet's answers. */
  refusals(): Statement[];
  facts(): Promise<AnyFact[]>;
}

/** One a bundle; `clean` is the run's. */
export function createFlareFiles(clean: Clean): FlareFiles {
  const settings = new Map<string, string>();
  const refused: { path: string; line: string }[] = [];
  let podsRefused: string | undefined;
  let configured: AnyFact | undefined;
  let [hasPods, isClusterAgents] = [false, false];
  const takes = (path: string) => SETTINGS.test(path) || isKubeletAnswer(path);
  return {
    wants(path, head) {
      // Its pods are objects too, which others read.
      if (isKubeletPods(path) && /^(?:apiVersion|kind|items):/m.test(head)) hasPods = true;
      if (/(?:^|\/)cluster-agent-status\.log$/.test(path)) isClusterAgents = true;
      return takes(path) && (!isKubeletPods(path) || refusalIn(path, head) !== undefined);
    },
    takes,
    async hear(entry) {
      const { path } = entry;
      const whole = async () => (await entry.whole(MOST_SETTINGS))?.toString('utf8') ?? '';
      if (SETTINGS.test(path)) return void settings.set(path, await whole());
      const line = refusalIn(path, (await entry.head()).toString('utf8'));
      if (line !== undefined) refused.push({ path, line });
      else configured = configAnswered(await whole(), path) ?? configured;
    },
    noted(line) {
      // A client quotes the whole refusal: it is the kubelet's answer.
      const body = refusedPods(line);
      if (body !== undefined) podsRefused = clean(body, BODY);
      return withKubelet(line);
    },
    refusals: () =>
      refused
        // That its configuration alone is refused costs an agent nothing.
        .filter(({ path }) => !hasPods || !/kubelet_config/.test(path))
        .flatMap(({ path, line }) => statementsIn([line], { log: logName(path, clean), by: 'node-agent' }, clean)),
    async facts() {
      const configuration = isClusterAgents ? undefined : await configurationIn(settings, 'flare');
      return [
        ...(configuration ? [configurationFact(configuration)] : []),
        ...(podsRefused !== undefined && !hasPods ? [refusedFact(podsRefused)] : []),
        ...(hasPods ? [podsAnswered()] : []),
        ...(configured ? [configured] : []),
      ];
    },
  };
}

function configurationFact(data: AgentConfiguration): AnyFact {
  return { target: 'self', kind: 'agent-configuration', subject: 'flare', outcome: { status: 'observed', data, ms: 0 } };
}

/** A refusal that the agent's log quotes whole is what the kubelet answered it: then the permissions are judged as in a run. */
function refusedFact(body: string): AnyFact {
  const data = { method: 'GET', path: '/pods', as: 'token', voice: 'kubelet', status: 403, body } as const;
  return { target: 'kubelet', kind: 'http', subject: 'token GET /pods', outcome: { status: 'observed', data, ms: 0 } };
}
