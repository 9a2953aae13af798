/** What a command costs that asks nothing of anyone, beside the least that Node can do. */
import { type Family, ratio } from '../family.js';
import { BARE, ours, sideBySide } from '../measure.js';

export const family: Family = async function* ({ runs }) {
  const { bare, version, help, list, explain } = await sideBySide(runs, {
    bare: BARE,
    version: ours(['--version']),
    help: ours(['--help']),
    list: ours(['list']),
    explain: ours(['explain', 'kubelet-permission-missing']),
  });
  yield ratio('--version : bare Node, wall', 1.2, [version.ms, bare.ms]);
  yield ratio('--help : bare Node, CPU', 2.2, [help.cpuMs, bare.cpuMs]);
  yield ratio('list : bare Node, CPU', 2, [list.cpuMs, bare.cpuMs]);
  yield ratio('explain CAUSE : bare Node, CPU', 2, [explain.cpuMs, bare.cpuMs]);
};
