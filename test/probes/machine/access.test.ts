/** What a process may read, by its own rights and not by ours. */
import assert from 'node:assert/strict';
import type { Stats } from 'node:fs';
import { it } from 'node:test';
import { asProcess, rightsIn } from '../../../src/probes/machine/access.js';

const ALL = '         0          0 4294967295\n';
const status = (uid: string, gid: string, groups = '', caps = '0') =>
  `Name:\tx\nUid:\t${uid}\nGid:\t${gid}\nGroups:\t${groups} \nCapEff:\t${caps.padStart(16, '0')}\n`;
const ids = (id: number) => Array(4).fill(id).join('\t');
const NOBODY = status(ids(65534), ids(65534));
const CAPABLE = '00000000a80425fb';

type Kind = 'file' | 'directory' | 'link';
const stat = (kind: Kind, mode: number, uid = 0, gid = 0) =>
  ({ mode, uid, gid, isDirectory: () => kind === 'directory', isSymbolicLink: () => kind === 'link' }) as Stats;

const rows: [what: string, rights: [string, string?, string?], stat: Stats, may: boolean][] = [
  ["a stranger, root's own file", [NOBODY], stat('file', 0o600), false],
  ['a stranger, what everyone may read', [NOBODY], stat('file', 0o644), true],
  ['a stranger, what everyone may write alone', [NOBODY], stat('file', 0o602), false],
  ['a stranger, a directory that is closed', [NOBODY], stat('directory', 0o700), false],
  ['a stranger, a directory to pass through', [NOBODY], stat('directory', 0o711), true],
  ['a stranger, a directory to list alone', [NOBODY], stat('directory', 0o744), false],
  ['a link has no mode of its own', [NOBODY], stat('link', 0o000), true],
  ['its own file', [NOBODY], stat('file', 0o600, 65534), true],
  ['its own file that is closed to itself, and open to others', [NOBODY], stat('file', 0o044, 65534), false],
  ["its group's", [status(ids(1000), ids(1000))], stat('file', 0o640, 0, 1000), true],
  ['that of another group it is in', [status(ids(1000), ids(1000), '4 24')], stat('file', 0o640, 0, 24), true],
  ['not that of a group it is not in', [status(ids(1000), ids(1000), '4 24')], stat('file', 0o640, 0, 2), false],
  ['closed to its group, open to others', [status(ids(1000), ids(1000))], stat('file', 0o604, 0, 1000), false],
  ['root without capabilities, of another', [status(ids(0), ids(0))], stat('file', 0o600, 7, 7), false],
  ['root with them', [status(ids(0), ids(0), '', CAPABLE)], stat('file', 0o000, 7, 7), true],
  ['a capability to read alone', [status(ids(9), ids(9), '', '4')], stat('file', 0o000), true],
  ['other capabilities', [status(ids(9), ids(9), '', 'fffffffffffffff9')], stat('file', 0o600), false],
  [
    'root of a user namespace that anyone may make',
    [status(ids(1000), ids(1000), '', CAPABLE), '0 1000 1\n', '0 1000 1\n'],
    stat('file', 0o600),
    false,
  ],
  [
    'the same, of what it maps',
    [status(ids(1000), ids(1000), '', CAPABLE), '0 1000 1\n', '0 1000 1\n'],
    stat('file', 0o000, 1000, 1000),
    true,
  ],
  [
    "a pod's own range",
    [status(ids(65536), ids(65536), '', CAPABLE), '0 65536 65536\n', '0 65536 65536\n'],
    stat('file', 0o600, 65636, 65537),
    true,
  ],
  [
    'the end of its range',
    [status(ids(65536), ids(65536), '', CAPABLE), '0 65536 65536\n', '0 65536 65536\n'],
    stat('file', 0o600, 131072, 65537),
    false,
  ],
  [
    'a group that is not in it',
    [status(ids(65536), ids(65536), '', CAPABLE), '0 65536 65536\n', '0 65536 65536\n'],
    stat('file', 0o600, 65636, 0),
    false,
  ],
  ["the file system's ids are those that count", [status('0\t0\t0\t1000', '0\t0\t0\t1000')], stat('file', 0o600), false],
  ['a status that cannot be read', ['Name:\tx\n'], stat('file', 0o644), false],
];

for (const [what, [text, uidMap = ALL, gidMap = ALL], file, may] of rows)
  it(what, () => {
    const look = () => asProcess(rightsIn(text, uidMap, gidMap))(file, '/x');
    if (may) assert.doesNotThrow(look);
    else assert.throws(look, { code: 'EACCES' });
  });
