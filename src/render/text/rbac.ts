/** The answer of `rbac` for people: who and how, the table, then what was found and how to fix it. */
import { type Aim, aimed } from '../../kubernetes/aim.js';
import type { Report } from '../../model/report.js';
import { neutraliseAll } from '../../report/plain-text.js';
import type { RightsTable } from '../../report/tables/rights.js';
import { aimOf } from '../../report/where/where.js';
import { listed } from '../../words/formats.js';
import { sayRights as say } from '../../words/tables.js';
import { closeUp, type Look, palette, proseWidth, wrap } from '../style.js';
import { findingsBeside } from './brief.js';
import { headLines } from './head.js';
import type { TextOptions } from './report.js';
import { rightsLines } from './rights-table.js';

const BY = ['self', 'review', 'impersonation'] as const;

const ADD = 'kubelet-doctor rbac --missing --yaml | kubectl apply -f -';

export function renderRights(
  report: Report,
  table: RightsTable | undefined,
  { width, colour, verbose, missing }: TextOptions & { missing: boolean },
): string {
  const look: Look = { width, paint: palette(colour) };
  const safe = neutraliseAll(report);
  return closeUp([
    ...headLines(safe, look),
    '',
    ...(table ? rights(neutraliseAll(table), look, missing, aimOf(safe)) : []),
    ...findingsBeside(safe, look, verbose),
  ]).join('\n');
}

function rights(table: RightsTable, look: Look, onlyMissing: boolean, aim: Aim): string[] {
  const { user, by, profile, features, versions, namespace, unseen } = table;
  const off = table.off.filter((feature) => !unseen.includes(feature));
  const prose = (text: string) => wrap(text, proseWidth(look.width)).map(look.paint.dim);
  const rows = onlyMissing ? table.needs.filter((row) => row.state !== 'allowed') : table.needs;
  const count = (state: string) => table.needs.filter((row) => row.state === state).length;
  const open = count('unanswered');
  const locks = features.some(({ feature }) => feature === 'leader-election');
  const asked = BY.find((way) => way === by);
  const { agent, kubernetes } = versions;
  // In words where the version alone does not say it.
  const kubelet = versions.kubelet === 'unknown' ? say('kubelet.unknown') : versions.kubelet;
  const known = { agent, kubernetes, kubelet, namespace };
  const granted = { count: count('allowed'), all: table.needs.length, missing: count('denied') };
  return [
    ...prose(asked ? say(`by.${asked}`, { user }) : say('byNothing', { user })),
    ...prose(
      [
        say('profile', { profile, features: listed(features.map(({ feature, why }) => say('feature', { feature, why }))) }),
        ...(off.length > 0 ? [say('off', { features: listed(off) })] : []),
        ...(unseen.length > 0 ? [say('unseen', { features: listed(unseen) })] : []),
      ].join(' '),
    ),
    ...prose(locks ? say('versionsAndLock', { ...known, lock: versions.lock }) : say('versions', known)),
    '',
    ...(rows.length > 0 ? rightsLines(rows, look) : [say('noneMissing')]),
    '',
    open > 0 ? say('grantedBut', { ...granted, open }) : say('granted', granted),
    ...(count('denied') > 0 ? prose(say('add', { command: aimed(ADD, aim) })) : []),
    '',
  ];
}
