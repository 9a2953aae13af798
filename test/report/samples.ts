/** Reports as the real pipeline would build them, from made facts: the golden files show how they read. */
import { type Judged, rank } from '../../src/judge/rank.js';
import type { Fix, Layer, Message, Problem, Severity } from '../../src/model/check.js';
import type { AnyFact, Setting, Target } from '../../src/model/facts.js';
import type { CauseMeta, Report, Result, Where } from '../../src/model/report.js';
import { buildReport, type ReportInput } from '../../src/report/build.js';
import { PROVEN } from '../support/certainty.js';

export function en(text: string): Message {
  return { id: 'sample', args: {}, en: text };
}

export const WHERE: Where = {
  place: 'agent-pod',
  vantage: 'pod-network',
  node: 'lab-n1',
  identity: 'system:serviceaccount:datadog:agent',
  kubelet: '10.0.0.7:10250',
  apiserver: '10.96.0.1:443',
};

const SETTINGS: Setting[] = [
  { setting: 'kubelet.host', value: '10.0.0.7', origin: 'agent environment', source: 'DD_KUBERNETES_KUBELET_HOST' },
  { setting: 'kubelet.port', value: '10250', origin: 'default', source: '' },
  { setting: 'kubelet.ca', value: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt', origin: 'default', source: '' },
  { setting: 'connect-timeout', value: '4s', origin: 'flag', source: '--connect-timeout' },
];

function meta(title: string, question: string): CauseMeta {
  return { title, question, means: `${title}.\n\nMore words.`, fix: 'See the report.' };
}

const CAUSES: Record<string, CauseMeta> = {
  'kubelet-certificate-expired': meta('kubelet certificate expired', 'kubelet-certificate'),
  'kubelet-permission-missing': meta('kubelet right missing', 'kubelet-permissions'),
  'kubelet-token-unproven': meta('token not checked at the kubelet', 'kubelet-authentication'),
  'kubelet-connect-timeout': meta('packets to the kubelet dropped on the way', 'kubelet-unreachable'),
  'kubelet-down': meta('kubelet not running', 'kubelet-unreachable'),
  'node-down': meta('node down', 'kubelet-unreachable'),
  'apiserver-connect-timeout': meta('apiserver silent', 'apiserver-unreachable'),
  'kubelet-cannot-reach-apiserver': meta('kubelet cut off from the apiserver', 'kubelet-unauthorized'),
  'tls-verification-disabled': meta('kubelet certificate not verified by the agent', 'agent-verification'),
  'kubelet-decision-cached': meta('refusal still remembered by the kubelet', 'kubelet-permissions'),
  'token-never-expires': meta('token without an end', 'token'),
};

const EXPLAINED_BY: Record<string, string[]> = { 'kubelet-cannot-reach-apiserver': ['apiserver-connect-timeout'] };

interface Sketch {
  question: string;
  asks: string;
  target: Target;
  layer: Layer;
  outcome?: Result['outcome'];
  required?: boolean;
  note?: string;
  elsewhere?: string[];
  problem?: Partial<Problem> & { cause: string; severity: Severity; title: Message };
}

const sure = ({ certainty }: Partial<Problem>) => (certainty === 'suspected' ? {} : PROVEN);

/** Results and ranked findings of a few sketched questions. */
export function sketch(questions: readonly Sketch[]): Pick<ReportInput, 'results' | 'findings'> {
  const judged = questions.flatMap(({ question, target, layer, problem }): Judged[] =>
    problem
      ? [
          {
            question,
            target,
            layer,
            problem: { kind: 'problem', ...sure(problem), features: [], evidence: [], fixes: [], ...problem } as Problem,
          },
        ]
      : [],
  );
  const results = questions.map(
    ({ question, asks, target, layer, outcome = 'pass', required = true, note, elsewhere = [], problem }): Result => ({
      question,
      asks,
      target,
      layer,
      required,
      outcome: problem ? 'problem' : outcome,
      ...(problem ? { cause: problem.cause } : {}),
      ...(note ? { note: en(note) } : {}),
      elsewhere,
    }),
  );
  return { results, findings: rank(judged, (cause) => EXPLAINED_BY[cause] ?? []) };
}

/** A report of the sketched questions, with everything else as on `lab-n1`. */
export function report(questions: readonly Sketch[], rest: Partial<ReportInput> = {}): Report {
  return buildReport({
    tool: { program: 'kubelet-doctor', version: '0.1.0' },
    startedAt: '2026-11-22T03:04:05.000Z',
    durationMs: 412,
    facts: [],
    settings: SETTINGS,
    where: WHERE,
    failOn: 'degrades',
    causes: CAUSES,
    ...sketch(questions),
    ...rest,
  });
}

const DAY = 'May 12 09:00:00 2026 GMT';

function connection(target: Target, host: string, port: number, at: number): AnyFact[] {
  const subject = `${host}:${port}`;
  return [
    { kind: 'proxy', target, subject, outcome: { status: 'observed', data: { via: 'direct', noProxy: '' }, ms: 0 }, startedMs: at },
    {
      kind: 'dns',
      target,
      subject,
      outcome: {
        status: 'observed',
        data: { addresses: [{ address: host, family: 4 }], from: 'literal', asked: [], nameservers: [] },
        ms: 0,
      },
      startedMs: at,
    },
    {
      kind: 'tcp',
      target,
      subject,
      outcome: { status: 'observed', data: { tries: [{ address: host, port, result: 'connected', ms: 2 }] }, ms: 2 },
      startedMs: at + 1,
    },
  ];
}

function silent(target: Target, host: string, port: number): AnyFact {
  return {
    kind: 'tcp',
    target,
    subject: `${host}:${port}`,
    outcome: { status: 'failed', code: 'ETIMEDOUT', detail: 'no answer in 4 s', ms: 4000 },
    reproduce: `nc -vz -w 4 ${host} ${port}`,
    startedMs: 2,
  };
}

function tls(target: Target, host: string, port: number, code?: string): AnyFact {
  const ok = code === undefined;
  return {
    kind: 'tls',
    target,
    subject: `${host}:${port}`,
    outcome: {
      status: 'observed',
      ms: 11,
      data: {
        protocol: 'TLSv1.3',
        cipher: 'TLS_AES_128_GCM_SHA256',
        serverName: host,
        chain: [],
        verification: ok ? { ok } : { ok, code, detail: 'certificate has expired' },
        trusted: true,
        nameMatches: true,
        validNow: ok,
        trials: [],
      },
    },
    reproduce: `openssl s_client -connect ${host}:${port} </dev/null 2>/dev/null | openssl x509 -noout -dates`,
    startedMs: 4,
  };
}

const KUBELET = ['10.0.0.7', 10250] as const;
const APISERVER = ['10.96.0.1', 443] as const;

/** Questions that were well; the base most samples differ from. */
const WELL: Sketch[] = [
  { question: 'kubelet-unreachable', asks: 'Does the kubelet answer on its port?', target: 'kubelet', layer: 'tcp' },
  { question: 'kubelet-certificate', asks: "Does the kubelet's certificate verify?", target: 'kubelet', layer: 'tls' },
  { question: 'kubelet-authentication', asks: 'Does the kubelet take our credential?', target: 'kubelet', layer: 'authn' },
  { question: 'kubelet-permissions', asks: 'May we read what the agent reads?', target: 'kubelet', layer: 'authz', note: '7 of 7 paths' },
  {
    question: 'kubelet-payload',
    asks: 'Is it a kubelet, and does its answer make sense?',
    target: 'kubelet',
    layer: 'payload',
    note: '14 pods',
  },
  { question: 'apiserver-unreachable', asks: 'Does the apiserver answer?', target: 'apiserver', layer: 'tcp' },
  { question: 'apiserver-certificate', asks: "Does the apiserver's certificate verify?", target: 'apiserver', layer: 'tls' },
  {
    question: 'apiserver-authentication',
    asks: 'Does the apiserver take our credential?',
    target: 'apiserver',
    layer: 'authn',
    note: 'system:serviceaccount:datadog:agent',
  },
  { question: 'apiserver-ready', asks: 'Is the apiserver ready?', target: 'apiserver', layer: 'payload', note: 'v1.36.2, ready' },
];

const RUNS_AGAIN: Sketch = {
  question: 'kubelet-serving-request',
  asks: 'Does a certificate request of this node wait for approval?',
  target: 'kubelet',
  layer: 'tls',
  outcome: 'cannot-tell',
  required: false,
  note: 'Certificate requests may be listed by a cluster administrator only.',
  elsewhere: ['kubectl get csr --field-selector spec.signerName=kubernetes.io/kubelet-serving'],
};

/** The base with some questions answered otherwise (by question and target) and some added. */
function but(...others: Sketch[]): Sketch[] {
  const replaced = WELL.map((each) => others.find((other) => other.question === each.question) ?? each);
  return [...replaced, ...others.filter((other) => !WELL.some((each) => each.question === other.question))];
}

const BOTH_WELL = [
  ...connection('kubelet', ...KUBELET, 0),
  tls('kubelet', ...KUBELET),
  ...connection('apiserver', ...APISERVER, 0),
  tls('apiserver', ...APISERVER),
];

const GRANT: Fix = {
  owner: 'cluster',
  changes: 'security',
  action: en('Grant the agent the right to read metrics of nodes'),
  form: 'yaml',
  steps: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: agent-kubelet}
rules:
- {apiGroups: [""], resources: [nodes/metrics], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: agent-kubelet}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: agent-kubelet}
subjects:
- {kind: ServiceAccount, name: agent, namespace: datadog}
`,
  verify: 'kubectl auth can-i get nodes/metrics --as=system:serviceaccount:datadog:agent',
};

const ROTATE: Fix = {
  owner: 'node',
  changes: 'restart',
  action: en('Make the kubelet of lab-n1 ask for a new serving certificate'),
  form: 'shell',
  steps: 'sudo rm /var/lib/kubelet/pki/kubelet-server-current.pem && sudo systemctl restart kubelet',
  verify: 'openssl s_client -connect 10.0.0.7:10250 </dev/null 2>/dev/null | openssl x509 -noout -enddate',
};

const VERIFICATION_OFF: Fix = {
  owner: 'agent',
  changes: 'security',
  action: en('Only to bridge the time until then: let the agent talk to any server that claims to be the kubelet'),
  form: 'env',
  steps: 'DD_KUBELET_TLS_VERIFY=false',
};

const FEATURES = [
  'pod metadata and tags (/pods)',
  'container metrics (/metrics/cadvisor)',
  'kubelet metrics (/metrics)',
  'node summary (/stats/summary)',
];

/** Expired certificate; beside it, and independent of it, a missing rule; behind it, what the kubelet could not be asked. */
export function expired(): Report {
  const now = but(
    {
      question: 'kubelet-certificate',
      asks: "Does the kubelet's certificate verify?",
      target: 'kubelet',
      layer: 'tls',
      problem: {
        cause: 'kubelet-certificate-expired',
        severity: 'blocks',
        title: en('The serving certificate of the kubelet on lab-n1 expired 194 days ago'),
        features: FEATURES,
        evidence: [
          {
            need: 'kubelet/tls',
            subject: '10.0.0.7:10250',
            saw: en(`CERT_HAS_EXPIRED; notAfter=${DAY}; the apiserver's clock agrees with ours`),
            reproduce: 'openssl s_client -connect 10.0.0.7:10250 </dev/null 2>/dev/null | openssl x509 -noout -dates',
          },
        ],
        fixes: [ROTATE, VERIFICATION_OFF],
      },
    },
    {
      question: 'kubelet-permissions',
      asks: 'May we read what the agent reads?',
      target: 'kubelet',
      layer: 'authz',
      problem: {
        cause: 'kubelet-permission-missing',
        severity: 'degrades',
        observedAt: 'apiserver',
        title: en('system:serviceaccount:datadog:agent may not get nodes/metrics: /metrics/cadvisor and /metrics will be refused'),
        features: ['container metrics (/metrics/cadvisor)', 'kubelet metrics (/metrics)'],
        evidence: [
          {
            need: 'apiserver/access',
            subject: 'get nodes/metrics',
            saw: en('SelfSubjectAccessReview get nodes/metrics: allowed=false, no reason given'),
            reproduce: 'kubectl auth can-i get nodes/metrics',
          },
        ],
        fixes: [GRANT],
      },
    },
    {
      question: 'kubelet-authentication',
      asks: 'Does the kubelet take our credential?',
      target: 'kubelet',
      layer: 'authn',
      problem: {
        cause: 'kubelet-token-unproven',
        severity: 'degrades',
        title: en('The token was not shown to the kubelet: its certificate does not verify'),
        features: [],
        evidence: [
          { need: 'kubelet/http', subject: 'token GET /pods', saw: en('withheld: no credential goes to a server that is not verified') },
        ],
        fixes: [],
      },
    },
    {
      question: 'kubelet-payload',
      asks: 'Is it a kubelet, and does its answer make sense?',
      target: 'kubelet',
      layer: 'payload',
      outcome: 'cannot-tell',
      required: false,
    },
    RUNS_AGAIN,
  );
  return report(now, {
    facts: [
      ...connection('kubelet', ...KUBELET, 0),
      tls('kubelet', ...KUBELET, 'CERT_HAS_EXPIRED'),
      ...connection('apiserver', ...APISERVER, 0),
      tls('apiserver', ...APISERVER),
    ],
  });
}

export function healthy(): Report {
  return report(but(RUNS_AGAIN), { facts: BOTH_WELL });
}

/** Healthy, with a note that asks for nothing, through a proxy. */
export function noted(): Report {
  const proxied = BOTH_WELL.map(
    (fact): AnyFact =>
      fact.kind === 'proxy' && fact.target === 'apiserver'
        ? { ...fact, outcome: { status: 'observed', data: { via: 'proxy', proxy: 'http://proxy:3128', variable: 'HTTPS_PROXY' } } }
        : fact,
  );
  const token: Sketch = {
    question: 'token',
    asks: 'Is the token usable?',
    target: 'self',
    layer: 'authn',
    problem: {
      cause: 'token-never-expires',
      severity: 'note',
      title: en('The token never expires: it is of the old kind, kept in a Secret'),
    },
  };
  return report(but(token), { facts: proxied });
}

/** The rule was applied five seconds ago. */
export function cached(): Report {
  const question: Sketch = {
    question: 'kubelet-permissions',
    asks: 'May we read what the agent reads?',
    target: 'kubelet',
    layer: 'authz',
    problem: {
      cause: 'kubelet-decision-cached',
      severity: 'note',
      title: en('The right is granted; the kubelet caches its refusal (up to 30 s)'),
      evidence: [{ need: 'kubelet/http', subject: 'token GET /metrics', saw: en('403 from the kubelet, allowed=true from the apiserver') }],
      fixes: [
        {
          owner: 'workstation',
          changes: 'nothing',
          action: en('Run again in half a minute'),
          form: 'shell',
          steps: 'kubelet-doctor --wait',
        },
      ],
    },
  };
  return report(but(question), { facts: BOTH_WELL });
}

/** Works, unsafe. */
export function risky(): Report {
  const question: Sketch = {
    question: 'agent-verification',
    asks: "Does the agent verify the kubelet's certificate?",
    target: 'self',
    layer: 'settings',
    problem: {
      cause: 'tls-verification-disabled',
      severity: 'risk',
      title: en("The agent does not verify the kubelet's certificate"),
      evidence: [
        {
          need: 'self/settings',
          subject: 'settings',
          saw: en('DD_KUBELET_TLS_VERIFY=false; the certificate would verify with the cluster CA'),
        },
      ],
      fixes: [
        {
          owner: 'agent',
          changes: 'config',
          action: en('Let the agent verify: the cluster CA that it has already verifies this kubelet'),
          form: 'env',
          steps: 'DD_KUBELET_TLS_VERIFY=true',
          verify: 'kubelet-doctor',
        },
      ],
    },
  };
  return report(but(question, RUNS_AGAIN), { facts: BOTH_WELL });
}

/** 10250 is silent, and nobody here may ask from a second side. */
export function suspected(): Report {
  const question: Sketch = {
    question: 'kubelet-unreachable',
    asks: 'Does the kubelet answer on its port?',
    target: 'kubelet',
    layer: 'tcp',
    problem: {
      cause: 'kubelet-connect-timeout',
      severity: 'blocks',
      certainty: 'suspected',
      alternatives: ['kubelet-down', 'node-down'],
      wants: [{ need: 'kubelet/second-sight', elsewhere: 'kubectl get --raw /api/v1/nodes/lab-n1/proxy/healthz' }],
      title: en('No answer from lab-n1 (10.0.0.7:10250): a packet filter, or a dead node, which cannot be told from here'),
      features: FEATURES,
      evidence: [
        {
          need: 'kubelet/tcp',
          subject: '10.0.0.7:10250',
          saw: en('10.0.0.7:10250 ETIMEDOUT after 4.0 s'),
          reproduce: 'nc -vz -w 4 10.0.0.7 10250',
        },
        {
          need: 'apiserver/node',
          subject: 'lab-n1',
          saw: en("Node lab-n1 Ready=True, last heartbeat 12 s ago by the apiserver's clock"),
          reproduce: 'kubectl get node lab-n1 -o jsonpath=\'{.status.conditions[?(@.type=="Ready")]}\'',
        },
      ],
      fixes: [
        {
          owner: 'network',
          changes: 'config',
          action: en('Let TCP from the pod network 10.244.0.0/16 to 10.0.0.7:10250 through: security group, node firewall, NetworkPolicy'),
          verify: 'nc -vz -w 4 10.0.0.7 10250',
        },
        {
          owner: 'node',
          changes: 'nothing',
          action: en('Look whether the kubelet runs on lab-n1'),
          form: 'shell',
          steps: 'systemctl status kubelet\njournalctl -u kubelet -n 50',
        },
      ],
    },
  };
  const behind = ['kubelet-certificate', 'kubelet-authentication', 'kubelet-permissions', 'kubelet-payload'];
  const questions = but(question).map(
    (each): Sketch => (behind.includes(each.question) ? { ...each, outcome: 'cannot-tell', required: false, note: undefined } : each),
  );
  return report(questions, {
    facts: [
      ...connection('kubelet', ...KUBELET, 0).slice(0, 2),
      silent('kubelet', ...KUBELET),
      ...connection('apiserver', ...APISERVER, 0),
      tls('apiserver', ...APISERVER),
    ],
    durationMs: 4100,
  });
}

/** The node has lost its apiserver, so the kubelet can check nobody's token. */
export function cutOff(): Report {
  const down: Sketch = {
    question: 'apiserver-unreachable',
    asks: 'Does the apiserver answer?',
    target: 'apiserver',
    layer: 'tcp',
    problem: {
      cause: 'apiserver-connect-timeout',
      severity: 'blocks',
      title: en('The apiserver does not answer: neither the service IP 10.96.0.1:443 nor its endpoint 10.0.0.5:6443'),
      features: ['Kubernetes events', 'cluster checks', 'leader election'],
      evidence: [
        {
          need: 'apiserver/tcp',
          subject: '10.96.0.1:443',
          saw: en('10.96.0.1:443 ETIMEDOUT after 4.0 s'),
          reproduce: 'nc -vz -w 4 10.96.0.1 443',
        },
        {
          need: 'apiserver/tcp',
          subject: '10.0.0.5:6443',
          saw: en('10.0.0.5:6443 ETIMEDOUT after 4.0 s'),
          reproduce: 'nc -vz -w 4 10.0.0.5 6443',
        },
      ],
      fixes: [
        {
          owner: 'network',
          changes: 'config',
          action: en('Let TCP from lab-n1 to 10.0.0.5:6443 through'),
          verify: 'curl -sk -m 4 https://10.0.0.5:6443/version',
        },
      ],
    },
  };
  const refused: Sketch = {
    question: 'kubelet-authentication',
    asks: 'Does the kubelet take our credential?',
    target: 'kubelet',
    layer: 'authn',
    problem: {
      cause: 'kubelet-cannot-reach-apiserver',
      severity: 'blocks',
      title: en("The kubelet of lab-n1 cannot check anyone's token, because it cannot ask the apiserver"),
      features: FEATURES,
      evidence: [
        {
          need: 'kubelet/http',
          subject: 'token GET /pods',
          saw: en('401 "Unauthorized" in 31 ms without a token, nothing for 5.0 s with one'),
          reproduce:
            'curl -sk -m 40 -H "Authorization: Bearer $(cat /var/run/secrets/kubernetes.io/serviceaccount/token)" https://10.0.0.7:10250/pods',
        },
      ],
      fixes: [
        {
          owner: 'node',
          changes: 'nothing',
          action: en('Look at what the kubelet of lab-n1 says of its apiserver'),
          form: 'shell',
          steps: 'journalctl -u kubelet -n 50',
        },
      ],
    },
  };
  const questions = but(down, refused).map(
    (each): Sketch =>
      each.problem || (each.target === 'kubelet' && each.layer === 'tls')
        ? each
        : ['kubelet-permissions', 'kubelet-payload', 'apiserver-certificate', 'apiserver-authentication', 'apiserver-ready'].includes(
              each.question,
            )
          ? { ...each, outcome: 'cannot-tell', required: false, note: undefined }
          : each,
  );
  return report(questions, {
    facts: [
      ...connection('kubelet', ...KUBELET, 0),
      tls('kubelet', ...KUBELET),
      ...connection('apiserver', ...APISERVER, 0).slice(0, 2),
      silent('apiserver', ...APISERVER),
      silent('apiserver', '10.0.0.5', 6443),
    ],
    durationMs: 5060,
  });
}

/** A debug pod: the kubelet answers, but the token there is not the agent's. */
export function incomplete(): Report {
  const questions = but({
    question: 'kubelet-permissions',
    asks: 'May we read what the agent reads?',
    target: 'kubelet',
    layer: 'authz',
    outcome: 'cannot-tell',
    note: 'The token here is of system:serviceaccount:default:default, not of the agent.',
    elsewhere: ['kubelet-doctor --service-account datadog/agent'],
  });
  return report(questions, {
    facts: BOTH_WELL,
    where: { ...WHERE, place: 'debug-pod', vantage: 'host-network', identity: 'system:serviceaccount:default:default' },
  });
}

/** A check broke, another gave up a lower question; the names are of servers that try it on. */
export function hostile(): Report {
  return report([
    {
      question: 'kubelet-certificate',
      asks: "Does the kubelet's \u001b[31mcertificate\u001b[0m verify?",
      target: 'kubelet',
      layer: 'tls',
      problem: {
        cause: 'kubelet-certificate-expired',
        severity: 'blocks',
        title: en('Bad \u001b]0;owned\u0007 title \u202egnp.exe\u009b31m\nAll well'),
        evidence: [{ need: 'kubelet/tls', subject: 'x', saw: en('line one\r\nline \u001b[2Jtwo'), reproduce: 'echo \u001b[1m' }],
        fixes: [{ owner: 'node', changes: 'config', action: en('Do\u0000 it'), steps: 'one\n\u001b[5mtwo' }],
      },
    },
    { question: 'crash', asks: 'Does it crash?', target: 'self', layer: 'settings', outcome: 'crashed', required: false },
  ]);
}

export const SAMPLES = { expired, healthy, noted, cached, risky, suspected, 'cut-off': cutOff, incomplete } as const;
