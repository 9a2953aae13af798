/** What a report of before 1.3 tells in words alone, in the fields it has today: the one place that takes words apart. */
import { LAYERS } from '../../model/check.js';
import type { LayerState, Report, Where } from '../../model/report.js';

export function withFieldsOfToday(report: Report): Report {
  if (Number(report.reportVersion.split('.')[1]) >= 3) return report;
  return { ...report, where: withAccount(report.where), layers: report.layers.map(withReasons) };
}

/** `authz failed`; `through http://proxy:3128 (HTTPS_PROXY)`. */
function withReasons(given: LayerState): LayerState {
  const { layer, state, why } = given;
  const blockedBy = state === 'not-asked' ? LAYERS.find((each) => why === `${each} failed`) : undefined;
  const [, proxy] = layer === 'proxy' && state === 'ok' ? (/^through (.*?)(?: \(|; |$)/.exec(why) ?? []) : [];
  const through = proxy === 'a proxy' ? '' : proxy;
  return { ...given, ...(blockedBy && { blockedBy }), ...(through !== undefined && { through }) };
}

/** `system:serviceaccount:ops:admin, for system:serviceaccount:datadog:agent`. */
function withAccount(where: Where): Where {
  const [, account] = /, for (\S+)$/.exec(where.identity) ?? [];
  return account && !where.identity.startsWith(account) ? { ...where, account } : where;
}
