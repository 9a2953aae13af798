/** Everything `clock` can say. */
import type { Say } from '../../../model/check.js';

export const WORDS = {
  ahead: "This machine's clock is {span} ahead of {servers}",
  behind: "This machine's clock is {span} behind {servers}",
  serverAhead: "The {server}'s clock is {span} ahead of this machine's",
  serverBehind: "The {server}'s clock is {span} behind this machine's",
  unknown: 'no server has told its time',
  slightly: 'the clock is {span} off, which is harmless so far',
  sawClock: 'Date header of the {server}: this machine is {offset} s off (±{tolerance} s)',
  sawCertificate: "the {server}'s certificate is invalid by this clock, and valid by the servers'",
  sawToken: "the token is invalid by this clock, and valid by the servers'",
  nobodySets: 'No time service runs on this node: its clock will drift',
  notYet: 'systemd-timesyncd has not set the clock yet: it reaches no time server',
  sawSync: 'time services found: {daemons}',
  sawNotYet: 'no first synchronisation recorded (/run/systemd/timesync/synchronized)',
  fixSync: 'Turn on time synchronisation',
  fixServerOfTime: 'Allow UDP 123 to the time servers it asks',
  fixNode: 'Synchronise the clock of this node',
  fixWorkstation: 'Synchronise the clock of this machine',
  fixServer: "Synchronise the clock of the {server}'s machine",
} as const;

export type Words = Say<typeof WORDS>;
