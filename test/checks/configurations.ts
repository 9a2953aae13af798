/** Configurations of agents, for the tables of checks. */
import type { AgentConfiguration, AgentSetting, AnyFact } from '../../src/model/facts.js';
import { meantBy } from '../../src/profiles/datadog-settings.js';
import { fact } from './facts.js';

export const NAME = 'DaemonSet datadog/datadog-agent';

/** `NAME=value`; `NAME<field` is taken from there; `NAME=value@source`. Strongest first. */
export function settings(...written: string[]): AgentSetting[] {
  return written.map((text) => {
    const [, variable = '', sign, rest = '', source = 'env'] = /^([\w.]+)([=<])([^@]*)(?:@(.*))?$/.exec(text) ?? [];
    const meant = meantBy(variable);
    return { variable, ...(sign === '=' ? { value: rest } : { from: rest }), source, ...(meant && { meant }) };
  });
}

/** A DaemonSet's agent, its pod as the chart makes it; other containers by name. */
export function agent(own: AgentSetting[], change: Partial<AgentConfiguration> = {}, others: Record<string, AgentSetting[]> = {}): AnyFact {
  const data: AgentConfiguration = {
    of: 'workload',
    install: 'container',
    name: NAME,
    containers: [{ container: 'agent', settings: own }, ...Object.entries(others).map(([container, s]) => ({ container, settings: s }))],
    pod: {
      hostNetwork: false,
      noToken: false,
      host: [{ what: 'proc', path: '/host/proc', mounted: true }],
      hidden: [],
      disks: [{ from: '/proc', at: '/host/proc' }],
    },
    ...change,
  };
  return fact('self/agent-configuration', data, data.name);
}

/** The agent of this environment. */
export function ownAgent(own: AgentSetting[]): AnyFact {
  return agent(own, { of: 'process', name: 'this process', pod: undefined });
}
