/**
 * Do all programs of the agent make the same of the proxy variables? Go reads HTTPS_PROXY before https_proxy, Python and curl the other way
 * round; and the agent compares its own list of exceptions as text, where Go's and curl's readers understand ranges.
 */
import { defineCheck, type Fix } from '../../model/check.js';
import type { Setting } from '../../model/facts.js';
import { ownerHere } from '../shared/apiserver.js';
import { fewOf } from '../shared/brief.js';
import { citeBy } from '../shared/cite.js';
import { env, fixBy } from '../shared/fix.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { seen } from '../shared/read.js';

const PAIRS = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'] as const;
/** What may stand in a line to paste. */
const PRINTABLE = /^[A-Za-z0-9.*:_/,[\]-]+$/;

export const proxyVariables = defineCheck({
  question: 'proxy-variables',
  asks: 'Do all programs read the same proxy settings?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/settings', 'self/place'],
  words: {
    disagree: '{upper} and {lower} differ: each program reads only one of them',
    ranges: 'The agent does not read {ranges} in DD_PROXY_NO_PROXY as a range',
    none: 'no proxy variable is set',
    notRead: 'the environment has not been read',
    sawPair: '{upper} ({upperValue}) and {lower} ({lowerValue})',
    sawList: 'DD_PROXY_NO_PROXY: {list}; DD_NO_PROXY_NONEXACT_MATCH is not true',
    fixEqual: 'Set {lower} to the value of {upper}, or remove one of them',
    fixMatch: 'Make the agent understand ranges, suffixes and * in its list',
    fixHosts: 'Or list each host by its exact name or address',
  },
  causes: {
    'proxy-variables-disagree': {
      title: 'different upper-case and lower-case proxy variables',
      means:
        'Both spellings of a proxy variable are set, to different values. Programs read one and ignore the other, so one program connects directly and another through the proxy.',
      happens:
        "One was set by the image or the company's base configuration, the other by the chart or manually. Go (the agent core, kubectl) prefers HTTPS_PROXY and NO_PROXY. Python's requests (many integrations) and curl prefer https_proxy and no_proxy. curl reads http_proxy in lower case only.",
      confirm: "Run `env | grep -i _proxy | sort` in the agent's container, and compare each pair.",
      fix: 'Set both spellings to the same value in the manifest, or only one of them. The pods are replaced.',
      avoid: 'Do not fix a failing check by removing the proxy: everything that needs it to leave the network then fails.',
    },
    'no-proxy-range-not-understood': {
      title: 'address range the agent does not understand',
      means:
        "The agent's own list of exceptions (`proxy.no_proxy`, DD_PROXY_NO_PROXY) is compared as text: `10.0.0.0/8` matches only a host of exactly that name. Checks of pods and nodes in the range go to the proxy, which refuses them or answers in their place.",
      happens:
        "A NO_PROXY line was copied to DD_PROXY_NO_PROXY. In NO_PROXY, Go, curl from 7.86 and Python's requests understand ranges. The agent's own list does only with `no_proxy_nonexact_match`.",
      confirm: '`agent config | grep -A5 no_proxy`: ranges are listed, and no_proxy_nonexact_match is false.',
      fix: 'Set DD_NO_PROXY_NONEXACT_MATCH=true (Agent 7.31 or later), or list hosts one by one, separated by spaces. `skip_proxy: true` keeps a single check off the proxy.',
      avoid: 'Do not list the nodes one by one in a cluster that scales: new nodes go to the proxy again.',
    },
  },
  judge(view, say) {
    const fact = view.one('self/settings');
    const settings = seen(fact);
    if (!settings) return cannotTell(say('notRead'));
    const owner = ownerHere(seen(view.one('self/place')));
    const of = (name: string): Setting | undefined => settings.find((s) => s.setting === name);
    const isProxied = PAIRS.slice(0, 2).some((name) => of(name) || of(name.toLowerCase()));

    const differ = PAIRS.flatMap((upper) => {
      const [first, second] = [of(upper), of(upper.toLowerCase())];
      return first && second && normal(first.value) !== normal(second.value) ? [{ upper, first, second }] : [];
    });
    const worst = differ.find(({ upper }) => upper !== 'HTTP_PROXY') ?? differ[0];
    if (worst && isProxied) {
      const fixes = differ.map(({ upper, first }): Fix => {
        const lower = upper.toLowerCase();
        // A proxy's URL may have had credentials, which were taken out of what we know: it is not ours to print for pasting.
        const line = upper === 'NO_PROXY' && PRINTABLE.test(first.value) ? env({ [lower]: first.value }) : {};
        return fixBy(owner, 'config', say('fixEqual', { upper, lower }), line);
      });
      const lower = worst.upper.toLowerCase();
      return problem('proxy-variables-disagree', {
        proof: inTheirWords(fact),
        severity: worst.upper === 'NO_PROXY' ? 'degrades' : 'risk',
        title: say('disagree', { upper: worst.upper, lower }),
        evidence: differ.map(({ upper, first, second }) => {
          const words = { upper, upperValue: first.value, lower: upper.toLowerCase(), lowerValue: second.value };
          return citeBy('self/settings', '', say('sawPair', words), 'env | grep -i _proxy | sort');
        }),
        fixes,
      });
    }

    const list = of('agent.noProxy')?.value ?? '';
    const ranges = list.split(/[\s,]+/).filter((entry) => /^[0-9a-f.:]+\/\d+$/i.test(entry));
    if (ranges.length > 0 && of('agent.noProxyNonexact')?.value !== 'true')
      return problem('no-proxy-range-not-understood', {
        proof: inTheirWords(fact),
        severity: 'degrades',
        title: say('ranges', { ranges: fewOf(ranges, 1) }),
        evidence: [citeBy('self/settings', '', say('sawList', { list }), 'printenv DD_PROXY_NO_PROXY')],
        fixes: [
          fixBy(owner, 'config', say('fixMatch'), env({ DD_NO_PROXY_NONEXACT_MATCH: 'true' })),
          fixBy(owner, 'config', say('fixHosts')),
        ],
      });
    return isProxied || list ? pass(view.one('self/settings')) : notApplicable(say('none'));
  },
});

/** Order and spaces in a list make no difference. */
function normal(value: string): string {
  return value
    .split(',')
    .map((entry) => entry.trim())
    .sort()
    .join(',');
}
