/** One agent's configuration as a fact, whoever read it: from this process, a manifest, or the apiserver. */
import type { AgentConfiguration } from '../model/facts.js';
import type { FactStore } from './store.js';

export function putConfiguration(store: FactStore, configuration: AgentConfiguration): void {
  store.put(
    { target: 'self', kind: 'agent-configuration', subject: configuration.name },
    { status: 'observed', data: configuration, ms: 0 },
  );
}
