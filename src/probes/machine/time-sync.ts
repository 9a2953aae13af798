/** What keeps the machine's clock right: which of the programs that set clocks run. */
import type { Host } from '../../host/host.js';
import type { TimeSync } from '../../model/facts/node.js';
import type { Processes } from './processes.js';

/** chrony, ntpd (also OpenNTPD and NTPsec), ntpd-rs, systemd, PTP, tools of hypervisors that set a guest's clock; Talos' machined does it itself. */
const DAEMONS = new Set([
  'chronyd',
  'ntpd',
  'ntp-daemon',
  'ntpd-rs',
  'systemd-timesyncd',
  'phc2sys',
  'timemaster',
  'vmtoolsd',
  'VBoxService',
  'machined',
]);

/** By systemd-timesyncd once the clock was set by it (systemd-timesyncd.service(8)). */
const MARK = { directory: '/run/systemd/timesync', name: 'synchronized' };

export async function observeTimeSync(host: Host, { list, complete }: Processes): Promise<TimeSync> {
  const daemons = [...new Set(list.map(({ program }) => program).filter((program) => DAEMONS.has(program)))].sort();
  if (!daemons.includes('systemd-timesyncd') || daemons.length > 1) return { daemons, complete };
  return { daemons, complete, synchronised: (await host.listDirectory(MARK.directory)).includes(MARK.name) };
}
