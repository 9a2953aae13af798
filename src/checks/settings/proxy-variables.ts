/**
 * Do all programs in the agent's environment make the same of the proxy variables? The agent and its Python checks read the upper case first
 * (Agent 7.85 config.go LoadProxyFromEnv; integrations-core datadog_checks/base/utils/http.py; golang.org/x/net/http/httpproxy), curl and a plain
 * Python requests the lower case. And the agent's core compares its own list of exceptions as text (Agent 7.82 pkg/util/http/transport.go), its
 * checks do not, and the kubelet's client never reads that list (pkg/util/kubernetes/kubelet/kubelet_client.go). So neither breaks the agent.
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
    ranges: "The agent's core does not read {ranges} in its NO_PROXY as a range",
    none: 'no proxy variable is set',
    notRead: 'the environment has not been read',
    sawPair: '{upper} ({upperValue}) and {lower} ({lowerValue})',
    sawList: 'DD_PROXY_NO_PROXY: {list}; DD_NO_PROXY_NONEXACT_MATCH is not true',
    fixEqual: 'Set {lower} to the value of {upper}, or remove one of them',
    fixMatch: 'Make the core understand ranges, suffixes and * in its list',
    fixHosts: 'Or list each host as in its URL, with the port if it has one',
  },
  causes: {
    'proxy-variables-disagree': {
      title: 'different upper-case and lower-case proxy variables',
      means:
        'Both spellings of a proxy variable are set, to different values. A program reads one and ignores the other. The agent and its checks agree: they read the upper case first. Other programs in the container may connect another way.',
      happens:
        "One was set by the image or the company's base configuration, the other by the chart or manually. The agent, its checks, kubectl and other Go programs prefer HTTPS_PROXY and NO_PROXY. curl, and scripts with Python's requests, prefer https_proxy and no_proxy. curl reads http_proxy in lower case only.",
      confirm: "Run `env | grep -i _proxy | sort` in the agent's container, and compare each pair.",
      fix: 'Set both spellings to the same value in the manifest, or only one of them. The pods are replaced.',
      avoid: 'Do not fix a failing check by removing the proxy: everything that needs it to leave the network then fails.',
    },
    'no-proxy-range-not-understood': {
      title: 'address range the agent does not understand',
      means:
        "The agent's own list of exceptions (`proxy.no_proxy`, DD_PROXY_NO_PROXY) is compared as text by its own requests (the data it sends): `10.0.0.0/8` matches only a host of exactly that name. The checks read ranges there, and the connection to the kubelet does not use this list, so neither is affected.",
      happens:
        "A NO_PROXY line was copied to DD_PROXY_NO_PROXY. In NO_PROXY, Go, curl from 7.86 and Python's requests understand ranges. The agent's own requests do only with `no_proxy_nonexact_match`.",
      confirm: '`agent config | grep -A5 no_proxy`: ranges are listed, and no_proxy_nonexact_match is false.',
      fix: 'Set DD_NO_PROXY_NONEXACT_MATCH=true (Agent 7.29 and later know it), or list hosts one by one, separated by spaces, each as in its URL: `HOST:PORT` where the URL has a port. `skip_proxy: true` keeps a single check off the proxy.',
      avoid: 'Do not list the nodes there: what the agent asks of nodes and pods does not use this list.',
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
        severity: 'note',
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
        severity: 'note',
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
