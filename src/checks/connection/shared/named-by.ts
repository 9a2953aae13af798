/** Where an address comes from, in the words its owner would look for. */
import type { Candidate } from '../../../model/facts.js';

export function namedBy(candidate: Candidate | undefined): string {
  if (candidate?.origin === 'service-environment') return 'KUBERNETES_SERVICE_HOST';
  return candidate?.source ?? 'unknown';
}
