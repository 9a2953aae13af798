/** What `clock` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'clock-skew': {
    title: 'local clock wrong',
    means: 'Certificates and tokens are judged by the clock of who looks. With ours wrong, good ones look expired or not yet valid.',
    happens: 'No time synchronisation, a blocked NTP port (UDP 123), a virtual machine that was suspended or restored.',
    confirm:
      "Our clock, the server's, and what synchronises ours:\n\n    date -u\n    curl -ksI https://APISERVER:6443/version | grep -i ^date\n    chronyc tracking || timedatectl",
    fix: 'Turn synchronisation on and step the clock: `chronyc makestep`. Nothing restarts, and certificates need no renewal for this.',
    avoid:
      'Do not renew certificates or turn verification off: both hide that the clock is wrong, and the renewed ones are judged by the same clock.',
  },
  'time-not-synchronised': {
    title: 'nothing keeps the clock right',
    means:
      'The clock of this node is right for now, and nothing keeps it so. A clock that runs free drifts by seconds a day; at some minutes certificates and tokens are refused.',
    happens:
      'A minimal image without chrony or ntp, a time service that was stopped, or UDP 123 blocked. Some virtual machines get their time from the host without any program: then this note can be left alone.',
    confirm:
      'It shows the source and the offset, or that there is none:\n\n    chronyc tracking || timedatectl timesync-status || timedatectl',
    fix: 'Install and start one of them (`systemctl enable --now chronyd`, or `timedatectl set-ntp true`). Nothing restarts.',
    avoid: 'Do not set the clock by hand instead: it drifts again. Do not run two of them: they fight.',
  },
  'server-clock-skew': {
    title: "a server's clock wrong",
    means: "One server's clock differs from ours and from the other server's. It sees others' certificates and tokens at the wrong time.",
    happens: 'No time synchronisation on that node.',
    confirm: 'The same command at the same moment on both nodes:\n\n    date -u; chronyc tracking || timedatectl',
    fix: 'Turn synchronisation on there and step the clock: `chronyc makestep`. Nothing restarts.',
    avoid: 'Do not set the clock by hand only: it drifts away again.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
