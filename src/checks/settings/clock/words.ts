/** Everything `clock` can say. */
import type { Say } from '../../../model/check.js';

export const WORDS = {
  ahead: "The clock of this machine is {span} ahead of the servers' ({servers})",
  behind: "The clock of this machine is {span} behind the servers' ({servers})",
  serverAhead: "The {server}'s clock is {span} ahead of ours and of the {other}'s",
  serverBehind: "The {server}'s clock is {span} behind ours and the {other}'s",
  unknown: 'no server has told the time',
  slightly: 'it is {span} off, which nothing minds yet',
  sawClock: 'Date of the {server}: we are {offset} s off (±{tolerance} s)',
  sawCertificate: "the {server}'s certificate is invalid by our clock, and valid by the servers'",
  sawToken: "the token is outside its time by our clock, and inside by the servers'",
  nobodySets: 'Nothing keeps the clock of this node right: none of the programs that set clocks runs (chronyd, ntpd, systemd-timesyncd …)',
  notYet: 'systemd-timesyncd runs on this node, and has not set its clock yet: it reaches no time server',
  sawSync: 'programs that set the clock: {daemons}',
  sawNotYet: 'no mark of a first synchronisation (/run/systemd/timesync/synchronized)',
  fixSync: 'Turn time synchronisation on, before the clock drifts: then certificates and tokens look expired or not yet valid',
  fixServerOfTime: 'See which time servers it asks, and let UDP 123 through to them',
  fixNode: 'Synchronise the clock of this node; pods share it',
  fixWorkstation: 'Synchronise the clock of this machine',
  fixServer: 'Synchronise the clock of the machine the {server} runs on',
} as const;

export type Words = Say<typeof WORDS>;
