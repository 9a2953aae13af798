/** The answer of `rbac` for people: who and how, the table, then what was found and how to fix it. */
import type { Report } from '../../model/report.js';
import { listed } from '../../report/formats.js';
import { neutraliseAll } from '../../report/plain-text.js';
import type { RightsTable } from '../../report/tables/rights.js';
import { closeUp, type Look, palette, proseWidth, wrap } from '../style.js';
import { findingsBeside } from './brief.js';
import { headLines } from './head.js';
import type { TextOptions } from './report.js';
import { rightsLines } from './rights-table.js';

const BY: Record<string, string> = {
  self: 'asked by SelfSubjectAccessReview',
  review: 'asked by SubjectAccessReview',
  impersonation: 'asked by impersonation',
};

/** In words where the version alone does not say it. */
const KUBELET: Record<string, string> = {
  unknown: 'fine-grained (kubelet version unknown; kubelets before 1.33 check nodes/proxy instead)',
};

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
    ...(table ? rights(neutraliseAll(table), look, missing) : []),
    ...findingsBeside(safe, look, verbose),
  ]).join('\n');
}

function rights(table: RightsTable, look: Look, onlyMissing: boolean): string[] {
  const { user, by, profile, features, off, versions, namespace } = table;
  const prose = (text: string) => wrap(text, proseWidth(look.width)).map(look.paint.dim);
  const rows = onlyMissing ? table.needs.filter((row) => row.state !== 'allowed') : table.needs;
  const count = (state: string) => table.needs.filter((row) => row.state === state).length;
  const open = count('unanswered');
  const locks = features.some(({ feature }) => feature === 'leader-election');
  return [
    ...prose(`${user}: ${BY[by] ?? 'permissions unknown: this user may neither create SubjectAccessReviews nor impersonate'}.`),
    ...prose(
      `Profile ${profile}: ${listed(features.map((f) => `${f.feature} (${f.why})`))}.${off.length > 0 ? ` Off: ${listed(off)} (--feature FEATURE checks one).` : ''}`,
    ),
    ...prose(
      `Agent ${versions.agent}; Kubernetes ${versions.kubernetes}; kubelet permissions ${KUBELET[versions.kubelet] ?? versions.kubelet}; ${locks ? `leader election by ${versions.lock}; ` : ''}namespace ${namespace}.`,
    ),
    '',
    ...(rows.length > 0 ? rightsLines(rows, look) : ['No permission is missing.']),
    '',
    `${count('allowed')} of ${table.needs.length} permissions granted, ${count('denied')} missing${open > 0 ? `, ${open} not known` : ''}.`,
    ...(count('denied') > 0 ? prose('Add what is missing: kubelet-doctor rbac --missing --yaml | kubectl apply -f -') : []),
    '',
  ];
}
