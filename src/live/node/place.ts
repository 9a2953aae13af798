/** Where we run, with the name of that node: the first fact, as it decides what else there is to ask. */
import type { Place } from '../../model/facts.js';
import { observePlace } from '../../probes/machine/place.js';
import { placeAt } from '../../setup/node-files.js';
import type { LiveContext } from '../context.js';
import { ownNodeName } from './own-node.js';

export async function findPlace({ store, settings, host }: LiveContext): Promise<Place | undefined> {
  const outcome = await store.observe({ target: 'self', kind: 'place', subject: '' }, async () => {
    const at = settings.agent?.place ?? placeAt(await observePlace(host), settings.root, settings.nodeFiles);
    const node = await ownNodeName(settings, host, at);
    return { status: 'observed', data: { ...at, ...(node && { node }), nowMs: host.now() } };
  });
  return outcome.status === 'observed' ? outcome.data : undefined;
}
