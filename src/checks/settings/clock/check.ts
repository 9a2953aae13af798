/**
 * Is our clock right? Compared with the `Date` headers of both servers. On the kubelet's own machine its clock *is* ours, so that its
 * agreeing proves nothing; two other clocks that agree with each other do.
 */
import { defineCheck, type Evidence, type Fix, type Message, type Problem } from '../../model/check.js';
import type { ClockComparison } from '../../model/facts.js';
import { apiserverFeatures, inPod } from '../shared/apiserver.js';
import { byHand, fixBy, shell } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../shared/kubelet.js';
import { seen, span } from '../shared/read.js';

const NOTICED_MS = 60_000;
const HARMFUL_MS = 5 * 60_000;
const TARGETS = ['apiserver', 'kubelet'] as const;

export const clock = defineCheck({
  question: 'clock',
  asks: 'Does the local clock agree with the servers?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: [
    'apiserver/clock',
    'kubelet/clock',
    'apiserver/tls',
    'kubelet/tls',
    'apiserver/credential',
    'kubelet/credential',
    'self/place',
    'self/settings',
    'self/time-sync',
  ],
  words: {
    ahead: "The clock of this machine is {span} ahead of the servers' ({servers})",
    behind: "The clock of this machine is {span} behind the servers' ({servers})",
    serverAhead: "The {server}'s clock is {span} ahead of ours and of the {other}'s",
    serverBehind: "The {server}'s clock is {span} behind ours and the {other}'s",
    unknown: 'no server has told the time',
    slightly: 'it is {span} off, which nothing minds yet',
    sawClock: 'Date of the {server}: we are {offset} s off (±{tolerance} s)',
    sawCertificate: "the {server}'s certificate is invalid by our clock, and valid by the servers'",
    sawToken: "the token is outside its time by our clock, and inside by the servers'",
    nobodySets:
      'Nothing keeps the clock of this node right: none of the programs that set clocks runs (chronyd, ntpd, systemd-timesyncd …)',
    notYet: 'systemd-timesyncd runs on this node, and has not set its clock yet: it reaches no time server',
    sawSync: 'programs that set the clock: {daemons}',
    sawNotYet: 'no mark of a first synchronisation (/run/systemd/timesync/synchronized)',
    fixSync: 'Turn time synchronisation on, before the clock drifts: then certificates and tokens look expired or not yet valid',
    fixServerOfTime: 'See which time servers it asks, and let UDP 123 through to them',
    fixNode: 'Synchronise the clock of this node; pods share it',
    fixWorkstation: 'Synchronise the clock of this machine',
    fixServer: 'Synchronise the clock of the machine the {server} runs on',
  },
  causes: {
    'clock-skew': {
      title: 'local clock wrong',
      means: 'Certificates and tokens are judged by the clock of who looks. With ours wrong, good ones look expired or not yet valid.',
      happens: 'No time synchronisation, a blocked NTP port (UDP 123), a virtual machine that was suspended or restored.',
      confirm:
        'Our clock, the server’s, and what synchronises ours:\n\n    date -u\n    curl -ksI https://APISERVER:6443/version | grep -i ^date\n    chronyc tracking || timedatectl',
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
  },
  judge(view, say) {
    const place = seen(view.one('self/place'));
    const comparisons = TARGETS.flatMap((server) => {
      const fact = view.one(`${server}/clock`);
      const found = seen(fact);
      return found ? [{ server, ...found, need: `${server}/clock` as const, reproduce: fact.reproduce }] : [];
    });
    const now = place?.nowMs;
    const syncFact = view.one('self/time-sync');
    const sync = seen(syncFact);
    const unkept = sync?.synchronised === false || (sync?.complete && sync.daemons.length === 0);
    if (comparisons.length === 0 && unkept && now !== undefined) return unsynchronised();
    if (comparisons.length === 0 || now === undefined) return { kind: 'cannot-tell', why: say('unknown'), wants: [] };

    const off = comparisons.filter(isOff);
    const worst = off.reduce((most, c) => Math.max(most, Math.abs(c.offsetMs)), 0);
    const [first] = off;
    if (!first) return unkept ? unsynchronised() : { kind: 'pass' };

    const evidence: Evidence[] = comparisons.map((c) => ({
      need: c.need,
      subject: '',
      saw: say('sawClock', { server: c.server, offset: Math.round(c.offsetMs / 1000), tolerance: Math.ceil(c.toleranceMs / 1000) }),
      reproduce: c.reproduce,
    }));
    if (sync) evidence.push(sawSync());
    // What our clock alone makes invalid.
    const theirNow = now - first.offsetMs;
    const hurt = TARGETS.filter((server) => {
      const fact = view.all(`${server}/tls`).find((f) => {
        const handshake = seen(f);
        const leaf = handshake?.chain[0];
        return handshake && leaf && !handshake.validNow && Date.parse(leaf.notBefore) <= theirNow && theirNow < Date.parse(leaf.notAfter);
      });
      if (fact)
        evidence.push({ need: `${server}/tls`, subject: fact.subject, saw: say('sawCertificate', { server }), reproduce: fact.reproduce });
      return fact !== undefined;
    });
    const inTime = (at: number, from: number | undefined, to: number | undefined) =>
      at >= (from ?? 0) * 1000 && at < (to ?? Infinity) * 1000;
    const tokens = TARGETS.filter((server) => {
      const claims = seen(view.one(`${server}/credential`, 'token'))?.token;
      return claims && !inTime(now, claims.notBefore, claims.expiresAt) && inTime(theirNow, claims.notBefore, claims.expiresAt);
    });
    const [withToken] = tokens;
    if (withToken) evidence.push({ need: `${withToken}/credential`, subject: 'token', saw: say('sawToken') });
    const breaks = hurt.length > 0 || tokens.length > 0;
    if (!breaks && worst < HARMFUL_MS) return { kind: 'pass', note: say('slightly', { span: span(worst) }) };

    const problem = <C extends string>(cause: C, title: Message, fixes: Fix[], more: Partial<Problem>): Problem<C> => ({
      ...{ kind: 'problem', severity: breaks ? 'blocks' : 'degrades', certainty: 'proven', ...more },
      features: [
        ...(hurt.includes('kubelet') ? ALL_KUBELET_FEATURES : []),
        ...(hurt.includes('apiserver') ? apiserverFeatures(view.one('self/settings')) : []),
      ],
      ...{ cause, title, evidence, fixes },
    });
    const step = shell('timedatectl set-ntp true\nchronyc makestep');
    const verify = 'timedatectl status; chronyc tracking';
    const ours =
      place?.place === 'workstation'
        ? fixBy('workstation', 'config', say('fixWorkstation'), { ...step, verify })
        : fixBy('node', 'config', say('fixNode'), { ...step, verify });
    const shown = { span: span(first.offsetMs), servers: off.map((c) => c.server).join(', ') };
    const title = first.offsetMs > 0 ? say('ahead', shown) : say('behind', shown);
    const unsure: Partial<Problem> = {
      certainty: 'suspected',
      alternatives: ['server-clock-skew'],
      wants: TARGETS.map((server) => ({ need: `${server}/clock`, elsewhere: 'date -u   # on the control-plane node, and here' })),
    };

    const [one, two] = comparisons;
    if (one && !two) {
      const certified = view.all(`${one.server}/tls`).some((f) => seen(f)?.trusted && seen(f)?.nameMatches);
      return problem('clock-skew', title, [ours], certified ? {} : unsure);
    }
    if (one && two && agree(one, two)) return problem('clock-skew', title, [ours], {});
    // They disagree: one of them may be wrong. Our own kubelet's clock is ours, so that its being right says nothing.
    const right = comparisons.find((c) => !isOff(c));
    if (!right || (right.server === 'kubelet' && (inPod(place) || place?.place === 'node')))
      return problem('clock-skew', title, [ours], unsure);
    const { server, offsetMs } = first;
    const told = { server, span: span(offsetMs), other: right.server };
    return problem(
      'server-clock-skew',
      offsetMs < 0 ? say('serverAhead', told) : say('serverBehind', told),
      [fixBy(server === 'kubelet' ? 'node' : 'cluster', 'config', say('fixServer', { server }), { ...step, verify })],
      { certainty: 'suspected', alternatives: ['clock-skew'], wants: unsure.wants },
    );

    function sawSync(): Evidence {
      const saw =
        sync?.synchronised === false
          ? say('sawNotYet')
          : say('sawSync', { daemons: sync?.daemons.join(', ') || 'none of those that are known' });
      return { need: 'self/time-sync', subject: '', saw, reproduce: syncFact.reproduce };
    }
    function unsynchronised(): Problem<'time-not-synchronised'> {
      const waiting = sync?.synchronised === false;
      return {
        kind: 'problem',
        cause: 'time-not-synchronised',
        severity: 'note',
        certainty: 'proven',
        title: waiting ? say('notYet') : say('nobodySets'),
        features: [],
        evidence: [sawSync()],
        fixes: [
          waiting
            ? fixBy(
                'network',
                'config',
                say('fixServerOfTime'),
                byHand('timedatectl timesync-status\njournalctl -u systemd-timesyncd -n 20'),
              )
            : fixBy('node', 'config', say('fixSync'), { ...shell('timedatectl set-ntp true'), verify: 'timedatectl status' }),
        ],
      };
    }
  },
});

function isOff({ offsetMs, toleranceMs }: ClockComparison): boolean {
  return Math.abs(offsetMs) - toleranceMs >= NOTICED_MS;
}

function agree(a: ClockComparison, b: ClockComparison): boolean {
  return Math.abs(a.offsetMs - b.offsetMs) <= a.toleranceMs + b.toleranceMs + NOTICED_MS;
}
