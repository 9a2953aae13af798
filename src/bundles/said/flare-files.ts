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
export const BODY = 512;

interface FlareFiles {
  /** To be asked of every file: some tell by their being there. */
  wants(path: string, head: string): boolean;
  takes(path: string): boolean;
  hear(entry: Entry): Promise<void>;
  /** A line of the agent's log at this path, as it is read. */
  noted(path: string): (line: string) => string;
  /** What stands in the place of the kubelet's answers, of the flare that has these paths. */
  refusals(isIn: IsIn): Statement[];
  facts(isIn: IsIn): Promise<AnyFact[]>;
}

type IsIn = (path: string) => boolean;

/** One a bundle; `clean` is the run's. */
export function createFlareFiles(clean: Clean): FlareFiles {
  const settings = new Map<string, string>();
  const refused: { path: string; line: string }[] = [];
  const podsRefused = new Map<string, string>();
  const configured = new Map<string, AnyFact>();
  const [withPods, clusterAgents] = [new Set<string>(), new Set<string>()];
  const hasIn = (paths: Iterable<string>, isIn: IsIn) => [...paths].some(isIn);
  const takes = (path: string) => SETTINGS.test(path) || isKubeletAnswer(path);
  return {
    wants(path, head) {
      // Its pods are objects too, which others read.
      if (isKubeletPods(path) && /^(?:apiVersion|kind|items):/m.test(head)) withPods.add(path);
      if (/(?:^|\/)cluster-agent-status\.log$/.test(path)) clusterAgents.add(path);
      return takes(path) && (!isKubeletPods(path) || refusalIn(path, head) !== undefined);
    },
    takes,
    async hear(entry) {
      const { path } = entry;
      const whole = async () => (await entry.whole(MOST_SETTINGS))?.toString('utf8') ?? '';
      if (SETTINGS.test(path)) return void settings.set(path, await whole());
      const line = refusalIn(path, (await entry.head()).toString('utf8'));
      if (line !== undefined) return void refused.push({ path, line });
      const fact = configAnswered(await whole(), path);
      if (fact) configured.set(path, fact);
    },
    noted: (path) => (line) => {
      // A client quotes the whole refusal: it is the kubelet's answer.
      const body = refusedPods(line);
      if (body !== undefined) podsRefused.set(path, clean(body, BODY));
      return withKubelet(line);
    },
    refusals: (isIn) =>
      refused
        // That its configuration alone is refused costs an agent nothing.
        .filter(({ path }) => isIn(path) && (!hasIn(withPods, isIn) || !/kubelet_config/.test(path)))
        .flatMap(({ path, line }) => statementsIn([line], { log: logName(path, clean), by: 'node-agent' }, clean)),
    async facts(isIn) {
      const own = <T>(all: ReadonlyMap<string, T>) => [...all].filter(([path]) => isIn(path));
      const configuration = hasIn(clusterAgents, isIn) ? undefined : await configurationIn(new Map(own(settings)), 'flare');
      const hasPods = hasIn(withPods, isIn);
      const body = own(podsRefused).at(-1)?.[1];
      return [
        ...(configuration ? [configurationFact(configuration)] : []),
        ...(body !== undefined && !hasPods ? [refusedFact(body)] : []),
        ...(hasPods ? [podsAnswered()] : []),
        ...own(configured)
          .slice(-1)
          .map(([, fact]) => fact),
      ];
    },
  };
}

function configurationFact(data: AgentConfiguration): AnyFact {
  return { target: 'self', kind: 'agent-configuration', subject: 'flare', outcome: { status: 'observed', data, ms: 0 } };
}

/** A refusal that the agent's log quotes whole is what the kubelet answered it: then the permissions are judged as in a run. */
export function refusedFact(body: string): AnyFact {
  const data = { method: 'GET', path: '/pods', as: 'token', voice: 'kubelet', status: 403, body } as const;
  return { target: 'kubelet', kind: 'http', subject: 'token GET /pods', outcome: { status: 'observed', data, ms: 0 } };
}
