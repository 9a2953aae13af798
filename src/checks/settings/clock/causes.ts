/** What `clock` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'clock-skew': {
    title: 'wrong local clock',
    means:
      'Each machine checks certificates and tokens against its own clock. When this one is wrong, good certificates and tokens look expired or not yet valid. Pods share the clock of their node.',
    happens: 'No time synchronisation, a blocked NTP port (UDP 123), a virtual machine that was suspended or restored.',
    confirm:
      "The clock here, the server's, and what synchronises the one here:\n\n    date -u\n    curl -ksI https://APISERVER:6443/version | grep -i ^date\n    chronyc tracking || timedatectl",
    fix: 'Turn on time synchronisation and step the clock: `chronyc makestep`. Nothing restarts, and no certificate needs renewal.',
    avoid:
      'Do not renew certificates or turn verification off: both hide the wrong clock, and renewed certificates are checked against the same clock.',
  },
  'time-not-synchronised': {
    title: 'no time synchronisation',
    means:
      'The clock of this node is right for now, but no time service (chronyd, ntpd, systemd-timesyncd …) keeps it right. It drifts by seconds a day; once it is minutes off, certificates and tokens look expired or not yet valid.',
    happens:
      'A minimal image without chrony or ntp, a time service that was stopped, or UDP 123 blocked. Some virtual machines get their time from the host without any program; you can then ignore this note.',
    confirm: 'The time source and the offset, if there is one:\n\n    chronyc tracking || timedatectl timesync-status || timedatectl',
    fix: 'Install and start a time service: `timedatectl set-ntp true`, or `systemctl enable --now chronyd` (the unit is `chrony` on Debian and Ubuntu). Nothing restarts.',
    avoid: 'Do not set the clock manually instead: it drifts again. Do not run two time services: they fight over the clock.',
  },
  'server-clock-skew': {
    title: 'wrong clock of a server',
    means:
      "One server's clock differs from this machine's and from the other server's. It checks certificates and tokens against the wrong time.",
    happens: 'No time synchronisation on that node.',
    confirm: 'The same command at the same moment on both nodes:\n\n    date -u; chronyc tracking || timedatectl',
    fix: 'Turn on time synchronisation there and step the clock: `chronyc makestep`. Nothing restarts.',
    avoid: 'Do not only set the clock manually: it drifts again.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
