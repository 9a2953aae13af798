/** What Sonobuoy was told to take (vmware-tanzu/sonobuoy pkg/config): with a selector no list of it is whole. */
import { record } from '../../kubernetes/json.js';

export const isPlanFile = (path: string): boolean => /(?:^|\/)meta\/config\.json$/.test(path);

/** Whether labels chose what is in it. */
export function isSelective(json: unknown): boolean {
  const { LabelSelector: selector = '' } = record(record(json).Filters);
  return selector !== '';
}
