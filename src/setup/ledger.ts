/** Finds values by origin and keeps the list of those used. */

import { posix } from 'node:path';
import type { AgentFile } from '../agent-config/datadog-yaml.js';
import type { Host } from '../host/host.js';
import { LINE } from '../host/redact.js';
import type { Choice, Origin, Setting } from '../model/facts.js';
import type { Owner } from '../probes/connection/gate.js';
import { readsAsTrue } from '../profiles/datadog-settings.js';
import type { Flags } from './options.js';
import { portAsAgent } from './values.js';

/** A value, and whose word it is. */
export interface Owned extends Choice {
  owner: Owner;
}

export interface Ledger {
  readonly settings: Setting[];
  /** Lists a setting as used and hands its value on; nothing for nothing. */
  use(setting: string, found: Choice | undefined): string | undefined;
  flag(name: keyof Flags): Owned | undefined;
  /** A flag that names a file, relative to the working directory. */
  path(name: keyof Flags): Owned | undefined;
  /** A variable of the agent's own, else the same of its datadog.yaml; an empty one counts as unset, as viper has it. */
  agent(name: string): Owned | undefined;
  environment(name: string): Choice | undefined;
  agentBool(name: string, standard: boolean): Choice;
  agentPort(name: string, standard: number): Choice;
}

/** `around` owns all that no flag says: our environment, or the process that we stand for. */
export function createLedger(flags: Partial<Flags>, host: Host, agentFile: AgentFile, around: Owner): Ledger {
  const settings: Setting[] = [];
  const flag = (name: keyof Flags): Owned | undefined => {
    const value = flags[name];
    return typeof value === 'string' ? { value, origin: 'flag', source: `--${name}`, owner: 'user' } : undefined;
  };
  const variable = (name: string, origin: Origin): Choice | undefined => {
    const value = host.env[name];
    return value ? { value, origin, source: name } : undefined;
  };
  const agent = (name: string): Owned | undefined => {
    const found = variable(name, 'agent environment') ?? agentFile.find(name);
    return found && { ...found, owner: around };
  };
  return {
    settings,
    use(setting, found) {
      if (found) settings.push({ setting, value: host.redactor.clean(found.value, LINE), origin: found.origin, source: found.source });
      return found?.value;
    },
    flag,
    path(name) {
      const found = flag(name);
      return found && { ...found, value: posix.resolve(host.cwd, found.value) };
    },
    agent,
    environment: (name) => variable(name, 'environment'),
    agentBool(name, standard) {
      const found = agent(name);
      return found ? { ...found, value: String(readsAsTrue(found.value)) } : byDefault(String(standard));
    },
    agentPort(name, standard) {
      const found = agent(name);
      return found ? { ...found, value: String(portAsAgent(found.value)) } : byDefault(String(standard));
    },
  };
}

/** A value nobody set. */
export function byDefault(value: string): Choice {
  return { value, origin: 'default', source: '' };
}
