/** The profiles that ship. Kept by hand. */
import { datadogAgent } from './datadog-agent.js';
import { datadogClusterAgent } from './datadog-cluster-agent.js';
import { datadogClusterChecks } from './datadog-cluster-checks.js';
import { metricsServer } from './metrics-server.js';
import type { Profile } from './types.js';

export const PROFILES: readonly Profile[] = [datadogAgent, datadogClusterAgent, datadogClusterChecks, metricsServer];

export function findProfile(name: string): Profile | undefined {
  return PROFILES.find((profile) => profile.profile === name);
}
