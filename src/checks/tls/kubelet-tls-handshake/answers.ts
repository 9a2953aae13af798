/** What is said of each way a handshake with the kubelet can go. */

import { isDnsName, isIp } from '../../../kubernetes/names.js';
import type { Evidence, Fix, Problem, Verdict } from '../../../model/check.js';
import { citeSecondSide, wantsOfSecondSide } from '../../connection/shared/second-side.js';
import { askFromNode, nodeName } from '../../shared/address.js';
import { cite } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { byHand, env, fixBy, shell } from '../../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../../shared/kubelet.js';
import { kubeletConfig, restartKubelet } from '../../shared/kubelet-fixes.js';
import { cannotTell, pass, problem, type Said, suspected } from '../../shared/problem.js';
import { failure, seen } from '../../shared/read.js';
import { approvable, approveOf, LIST_REQUESTS, runApprover } from './approve.js';
import type { Cause } from './causes.js';
import type { Clues } from './clues.js';
import { type Answer, type How, howSure, isOwnWord, otherPort } from './decision.js';
import type { Words } from './words.js';

const READ_LOG = "journalctl -u kubelet --since -10min | grep -E 'webhook|Unable to authenticate|PLEG'";

type Says = (clues: Clues, say: Words, how: How) => Verdict<Cause>;

export function answer(what: Answer, clues: Clues, say: Words): Verdict<Cause> {
  return ANSWERS[what](clues, say, howSure(what, clues));
}

const ANSWERS: Record<Answer, Says> = {
  answers: ({ tls, http }) => pass([tls, http]),
  waiting: ({ endpoint, side }, say) => cannotTell(say('waiting', { endpoint }), wantsOfSecondSide(side)),
  'not-tried': ({ endpoint, afar, settings, side }, say) => {
    // At a workstation its port is seldom reached; the node itself can say.
    const elsewhere = askFromNode(nodeName(settings, side.facts.node));
    return cannotTell(say('notTried', { endpoint }), afar ? [{ need: 'kubelet/tls', elsewhere }] : []);
  },

  'http-silent': (clues, say, how) => {
    const wants = wantsOfSecondSide(clues.side);
    return found('kubelet-hangs', clues, how, {
      title: say('silentHttp', { endpoint: clues.endpoint }),
      evidence: sawHttp(clues, say),
      fixes: [restart(clues, say)],
      // Every side is known: only its own log tells waiting for a decision from waiting for anything else.
      wants: wants.some((want) => want.elsewhere) ? wants : [...wants, { need: 'kubelet/http', elsewhere: READ_LOG }],
    });
  },
  'no-http': (clues, say, how) =>
    found('kubelet-connection-reset', clues, how, {
      title: say('noHttp', { endpoint: clues.endpoint }),
      evidence: sawHttp(clues, say),
      fixes: [whatStandsBetween(say)],
      wants: wantsOfSecondSide(clues.side),
    }),
  'http-cut': (clues, say, how) =>
    found('kubelet-connection-reset', clues, how, {
      title: say('reset', { endpoint: clues.endpoint, stage: 'the answer' }),
      evidence: sawHttp(clues, say),
      fixes: [whatStandsBetween(say)],
      wants: wantsOfSecondSide(clues.side),
    }),

  'request-pending': (clues, say, how) => {
    const pending = (clues.own ?? []).filter((r) => r.state === 'pending');
    return found('kubelet-certificate-pending', clues, how, {
      title: say('csrPending', { csr: approvable(pending)[0] ?? given(pending[0]).csr }),
      evidence: sawRequests(clues, say),
      fixes: [approveOf(pending, say), runApprover(say)],
    });
  },
  'request-ended': (clues, say, how) => {
    const own = clues.own ?? [];
    const { csr, state } = given(own.find((r) => r.state !== 'approved') ?? own[0]);
    const signer = state === 'approved' ? [fixBy('cluster', 'nothing', say('fixSigner'), shell(LIST_REQUESTS))] : [];
    return found('kubelet-certificate-pending', clues, how, {
      title: say('csrEnded', { csr, state }),
      evidence: sawRequests(clues, say),
      fixes: [...signer, askAgain(say), runApprover(say)],
    });
  },
  'no-request': (clues, say, how) =>
    found('kubelet-certificate-pending', clues, how, {
      title: say('noRequest'),
      evidence: sawRequests(clues, say),
      fixes: [askAgain(say), runApprover(say)],
      wants: wantsOfSecondSide(clues.side),
    }),
  'requests-unknown': (clues, say, how) =>
    found('kubelet-certificate-pending', clues, how, {
      title: say('noCertificate', { endpoint: clues.endpoint }),
      evidence: sawTls(clues, say),
      fixes: [fixBy('cluster', 'nothing', say('fixList'), shell(LIST_REQUESTS)), runApprover(say)],
      wants: [{ need: 'kubelet/serving-requests', elsewhere: LIST_REQUESTS }, ...wantsOfSecondSide(clues.side)],
    }),

  plain: (clues, say, how) => {
    const { candidate, endpoint } = clues;
    const port = otherPort(clues) ?? 10_250;
    const fix =
      port === candidate.port
        ? fixBy('node', 'nothing', say('fixListener', { port, node: nodeOf(clues) }), shell(`ss -ltnp "sport = :${port}"`))
        : fixBy('agent', 'config', say('fixPort', { port }), env({ DD_KUBERNETES_HTTPS_KUBELET_PORT: port }));
    return found('kubelet-speaks-plain-http', clues, how, {
      title: say('plain', { endpoint }),
      evidence: sawTls(clues, say),
      fixes: [fix],
    });
  },
  'no-version': (clues, say, how) => {
    const { host } = clues.candidate;
    const verify = isIp(host) || isDnsName(host) ? { verify: `openssl s_client -connect ${clues.endpoint} </dev/null` } : {};
    return found('kubelet-tls-version', clues, how, {
      title: say('version', { endpoint: clues.endpoint }),
      evidence: sawTls(clues, say),
      fixes: [kubeletConfig(say('fixVersion'), { tlsMinVersion: 'VersionTLS12' }, undefined, verify)],
    });
  },
  'tls-cut': (clues, say, how) =>
    found('kubelet-connection-reset', clues, how, {
      title: say('reset', { endpoint: clues.endpoint, stage: 'the TLS handshake' }),
      evidence: sawTls(clues, say),
      fixes: [whatStandsBetween(say)],
      wants: wantsOfSecondSide(clues.side),
    }),

  hangs: (clues, say, how) =>
    found('kubelet-hangs', clues, how, {
      title: say('hangs', { endpoint: clues.endpoint }),
      evidence: sawTls(clues, say),
      fixes: [restart(clues, say)],
    }),
  stalls: (clues, say, how) => {
    const { endpoint, candidate } = clues;
    const ip = isIp(candidate.host) ? candidate.host : undefined;
    return found('tls-handshake-stalls', clues, how, {
      title: say('stalls', { endpoint }),
      evidence: sawTls(clues, say),
      fixes: [fixBy('network', 'config', say('fixMtu'), byHand(ip && `ip link\ntracepath -n ${ip}`)), whatStandsBetween(say)],
      // The largest packet that passes is the evidence; only a look from here has it.
      wants: ip ? [{ need: 'kubelet/tls', subject: endpoint, elsewhere: `ping -c 3 -M do -s 1372 ${ip}` }] : [],
    });
  },
  'tls-silent': (clues, say, how) =>
    found('kubelet-hangs', clues, how, {
      title: say('silentTls', { endpoint: clues.endpoint, ms: tookMs(clues.tls) }),
      evidence: sawTls(clues, say),
      fixes: [restart(clues, say)],
      wants: wantsOfSecondSide(clues.side),
    }),
};

/** From a workstation that found the address by itself, what is not the kubelet's own word may well be the path's. */
function found(
  cause: Cause,
  clues: Clues,
  { others, proof }: How,
  { wants, ...said }: Pick<Said, 'title' | 'evidence' | 'fixes' | 'wants'>,
): Problem<Cause> {
  const isThePaths = clues.afar && others.length > 0 && !isOwnWord(clues);
  return problem(cause, {
    ...(proof ? { proof, ...(wants && { wants }) } : suspected(others, wants)),
    ...said,
    severity: isThePaths ? 'note' : 'blocks',
    features: isThePaths ? [] : ALL_KUBELET_FEATURES,
  });
}

function sawHttp({ http, side }: Clues, say: Words): Evidence[] {
  return [cite(http, say('sawHttp', { code: given(failure(http)), ms: tookMs(http) })), ...sawElsewhere(side, say)];
}

function sawTls({ endpoint, tls, side }: Clues, say: Words): Evidence[] {
  const { code = '', detail = '' } = tls.outcome.status === 'failed' ? tls.outcome : {};
  return [cite(tls, say('sawTls', { endpoint, code, detail })), ...sawElsewhere(side, say)];
}

/** The alert, and which request it waits for: that only the cluster knows. */
function sawRequests(clues: Clues, say: Words): Evidence[] {
  const [first] = clues.own ?? [];
  const saw = first
    ? say('sawRequest', { csr: first.csr, state: first.state, requestor: first.requestor })
    : say('sawNoRequest', { count: seen(clues.requests)?.length ?? 0 });
  return [...sawTls(clues, say), cite(clues.requests, saw)];
}

function sawElsewhere(side: Clues['side'], say: Words): Evidence[] {
  return citeSecondSide(side, {
    sight: (by, said) => say('sawSight', { by, said }),
    lease: (age) => say('sawLease', { age }),
    node: (n) => say('sawNode', { node: n.node, ready: n.ready }),
  });
}

/** Rounded; only of one that failed. */
function tookMs({ outcome }: Clues['tls' | 'http']): number {
  return Math.round(outcome.status === 'failed' ? (outcome.ms ?? 0) : 0);
}

function nodeOf({ side, candidate }: Clues): string {
  return side.name ?? candidate.host;
}

function restart(clues: Clues, say: Words): Fix {
  return restartKubelet(say('fixHang', { node: nodeOf(clues) }));
}

function whatStandsBetween(say: Words): Fix {
  return fixBy('network', 'config', say('fixMiddle'));
}

function askAgain(say: Words): Fix {
  return fixBy('node', 'restart', say('fixAgain'), { ...shell('systemctl restart kubelet'), verify: LIST_REQUESTS });
}
