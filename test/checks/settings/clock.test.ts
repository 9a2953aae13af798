import { clock } from '../../../src/checks/settings/clock/check.js';
import type { AnyFact, Place, TimeSync } from '../../../src/model/facts.js';
import { certificate, ENDPOINT, fact, handshake, inPod, NOW } from '../facts.js';
import { judgeTable } from '../table.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString();
const SERVICE = '10.96.0.1:443';
const world = (place: Place['place'] = 'agent-pod'): AnyFact[] => [
  inPod({ place, vantage: place === 'workstation' ? 'workstation' : 'pod-network' }),
  fact('self/settings', []),
];
const at = (target: 'kubelet' | 'apiserver', offsetMs: number, toleranceMs = 1000) =>
  fact(`${target}/clock`, { against: target, offsetMs, toleranceMs });
const tls = (target: 'kubelet' | 'apiserver', change = {}) =>
  fact(`${target}/tls`, handshake(change), target === 'kubelet' ? ENDPOINT : SERVICE);
const sync = (change: Partial<TimeSync> = {}) => fact('self/time-sync', { daemons: [], complete: true, ...change });
const invalidByOurs = { validNow: false, chain: [certificate({ notAfter: iso(NOW - DAY) })] };

judgeTable(clock, [
  { row: 'right', facts: [...world(), at('apiserver', 300), at('kubelet', -400)], expect: 'pass' },
  { row: 'within the tolerance of a slow answer', facts: [...world(), at('apiserver', 70_000, 15_000)], expect: 'pass' },
  {
    row: 'right, and a program keeps it so',
    facts: [...world('node'), at('apiserver', 300), sync({ daemons: ['chronyd'] })],
    expect: 'pass',
  },
  {
    row: 'right, and not all processes were seen',
    facts: [...world('node'), at('apiserver', 300), sync({ complete: false })],
    expect: 'pass',
  },
  {
    row: 'right, and nothing keeps it so',
    facts: [...world('node'), at('apiserver', 300), sync()],
    expect: { cause: 'time-not-synchronised', certainty: 'proven', severity: 'note' },
    witnesses: ['self/time-sync'],
    says: /time services found: none.*timedatectl set-ntp true/,
  },
  {
    row: 'no server told the time, and systemd-timesyncd has not reached one either',
    inPart: ['self/time-sync'],
    facts: [...world('node'), sync({ daemons: ['systemd-timesyncd'], synchronised: false })],
    expect: { cause: 'time-not-synchronised', severity: 'note' },
    witnesses: ['self/time-sync'],
    says: /has not set the clock yet.*UDP 123/,
  },
  {
    row: 'far off, and nothing runs that would set it',
    facts: [...world('node'), at('apiserver', 10 * MINUTE), at('kubelet', 10 * MINUTE), sync()],
    expect: { cause: 'clock-skew', certainty: 'proven' },
    witnesses: ['apiserver/clock', 'kubelet/clock'],
    says: /time services found: none/,
  },
  { row: 'nobody told the time', facts: world(), expect: 'cannot-tell' },
  { row: 'two minutes off, nothing minds', facts: [...world(), at('apiserver', 2 * MINUTE)], expect: 'pass', says: /2 minutes off/ },
  {
    row: 'ten minutes ahead of both: proven, degrades',
    facts: [...world(), at('apiserver', 10 * MINUTE), at('kubelet', 10 * MINUTE)],
    expect: { cause: 'clock-skew', certainty: 'proven', severity: 'degrades' },
    witnesses: ['apiserver/clock', 'kubelet/clock'],
    says: /10 minutes ahead of apiserver and kubelet.*timedatectl/,
  },
  {
    row: 'two minutes, and it makes a certificate invalid: blocks',
    facts: [
      ...world(),
      at('apiserver', 2 * MINUTE),
      at('kubelet', 2 * MINUTE),
      tls('kubelet', { validNow: false, chain: [certificate({ notAfter: iso(NOW - MINUTE) })] }),
    ],
    expect: { cause: 'clock-skew', certainty: 'proven', severity: 'blocks' },
    witnesses: ['apiserver/clock', 'kubelet/clock'],
    says: /kubelet's certificate is invalid by this clock/,
  },
  {
    row: 'years behind both',
    facts: [
      ...world('workstation'),
      at('apiserver', -700 * DAY),
      at('kubelet', -700 * DAY),
      tls('apiserver', { validNow: false, chain: [certificate({ notBefore: iso(NOW + 600 * DAY), notAfter: iso(NOW + 900 * DAY) })] }),
    ],
    expect: { cause: 'clock-skew', severity: 'blocks' },
    witnesses: ['apiserver/clock', 'kubelet/clock'],
    says: /700 days behind.*of this machine/,
  },
  {
    row: 'a certificate expired by both clocks is not its doing',
    facts: [...world(), at('apiserver', 10 * MINUTE), at('kubelet', 10 * MINUTE), tls('kubelet', invalidByOurs)],
    expect: { cause: 'clock-skew', severity: 'degrades' },
    witnesses: ['apiserver/clock', 'kubelet/clock'],
  },
  {
    row: 'a token expired by our clock only',
    facts: [
      ...world(),
      at('apiserver', 10 * MINUTE),
      at('kubelet', 10 * MINUTE),
      fact(
        'apiserver/credential',
        { as: 'token', source: 't', token: { audiences: [], legacy: false, expiresAt: NOW / 1000 - 60 } },
        'token',
      ),
    ],
    expect: { cause: 'clock-skew', severity: 'blocks' },
    witnesses: ['apiserver/clock', 'kubelet/clock'],
    says: /token is invalid by this clock/,
  },
  {
    row: 'one server, its certificate otherwise fine: two clocks, and none that says which of them is right',
    facts: [...world(), at('apiserver', 10 * DAY), tls('apiserver', invalidByOurs)],
    expect: { cause: 'clock-skew', certainty: 'suspected', severity: 'blocks' },
  },
  {
    row: 'one server that nothing vouches for: suspected',
    facts: [...world(), at('apiserver', 10 * DAY), tls('apiserver', { trusted: false })],
    expect: { cause: 'clock-skew', certainty: 'suspected' },
  },
  {
    row: "our own kubelet has our clock: only the apiserver's differs",
    facts: [...world(), at('apiserver', 10 * MINUTE), at('kubelet', 0)],
    expect: { cause: 'clock-skew', certainty: 'suspected' },
    wants: ['apiserver/clock'],
  },
  {
    row: 'the apiserver agrees with us, a kubelet does not',
    facts: [...world(), at('apiserver', 0), at('kubelet', -10 * MINUTE)],
    expect: { cause: 'server-clock-skew', certainty: 'suspected', severity: 'degrades' },
    says: /kubelet's clock is 10 minutes ahead/,
  },
  {
    row: 'from a workstation: a kubelet agrees with us, the apiserver is behind',
    facts: [...world('workstation'), at('apiserver', 10 * MINUTE), at('kubelet', 0)],
    expect: { cause: 'server-clock-skew', certainty: 'suspected' },
    says: /apiserver's clock is 10 minutes behind/,
  },
  {
    row: 'three clocks, three times',
    facts: [...world('workstation'), at('apiserver', 10 * MINUTE), at('kubelet', 60 * MINUTE)],
    expect: { cause: 'clock-skew', certainty: 'suspected' },
  },
]);
