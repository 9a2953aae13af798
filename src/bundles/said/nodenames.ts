/** The names of nodes that a bundle calls by the address they were asked at: siderolabs/go-talos-support takes a resource along that has each. */
import type { Entry } from '../../files/packed/types.js';

const NODENAME = /(?:^|\/)([^/]{1,253})\/resources\/nodenames\.kubernetes\.talos\.dev\.yaml$/;
const MOST_NODES = 20_000;

export interface Nodenames {
  wants(path: string): boolean;
  hear(entry: Entry): Promise<void>;
  of(address: string): string | undefined;
}

export function createNodenames(): Nodenames {
  const names = new Map<string, string>();
  return {
    wants: (path) => NODENAME.test(path),
    async hear(entry) {
      const [, address = ''] = NODENAME.exec(entry.path) ?? [];
      const name = /^\s{2,8}nodename: "?([a-z\d][a-z\d.-]{0,252})/m.exec((await entry.head()).toString('utf8'))?.[1];
      if (name !== undefined && names.size < MOST_NODES) names.set(address, name);
    },
    of: (address) => names.get(address),
  };
}
