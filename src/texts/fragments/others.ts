/** What other agents print of the kubelet: metrics-server, OpenTelemetry, Prometheus, and agents of vendors. */
import type { Fragment } from './fragment.js';

const OTEL = 'OpenTelemetry Collector contrib 0.9x to 0.16x receiver/kubeletstatsreceiver, internal/kubelet';
const SCRAPE = 'metrics-server 0.6 to 0.8 pkg/scraper';
const BEHIND = 'The reason stands behind it, in err="…" or error.';

export const OTHERS: readonly Fragment[] = [
  {
    id: 'otel-host-unset',
    text: /Kubelet endpoint not defined, using default endpoint/,
    speaker: 'opentelemetry',
    target: 'kubelet',
    means: {
      causes: ['kubelet-host-unset', 'node-name-does-not-resolve'],
      says: "The receiver asks the pod's own name: set its endpoint from status.hostIP.",
    },
    source: `${OTEL}`,
  },
  {
    id: 'scrape-timeout',
    text: /Failed to scrape node, timeout to access kubelet/,
    when: ({ body }) => !/x509|refused|no such host|no route|tls:/i.test(body),
    speaker: 'metrics-server',
    target: 'kubelet',
    means: { causes: ['kubelet-connect-timeout', 'node-address-dead', 'kubelet-hangs', 'network-policy-blocks-egress'] },
    source: SCRAPE,
  },
  {
    id: 'fluent-bit-buffer',
    text: /cannot increase buffer: current=\d{1,10}/,
    speaker: 'other-agent',
    means: { foreign: "The answer is larger than the agent's buffer (Fluent Bit: Buffer_Size, 0 for no limit)." },
    source: 'Fluent Bit 1.8 to 3.x src/flb_http_client.c',
  },
  {
    id: 'opencost-provider',
    text: /node ProviderID not set, skipping/,
    speaker: 'other-agent',
    means: { foreign: 'OpenCost skips nodes without spec.providerID.' },
    source: 'OpenCost 1.1xx core/pkg/nodestats',
  },
  {
    id: 'scrape-no-address',
    text: /no address matched types|Unable to node addresses for Node|problem getting node address/,
    target: 'kubelet',
    means: {
      causes: ['kubelet-host-not-a-node', 'node-not-found'],
      says: 'The Node object has no address of the types that this agent takes (kubelet-preferred-address-types).',
    },
    source: `${SCRAPE}; Telegraf 1.2x plugins/inputs/kubernetes; OpenCost`,
  },
  {
    id: 'metrics-none',
    text: /metric-storage-ready.{0,80}no metrics to serve|no metrics to serve|metrics not available yet|Metrics API not available|unable to fetch (?:node |pod )?metrics|unable to get metrics for resource/i,
    speaker: 'metrics-server',
    means: { wrapper: 'It is a result: why no kubelet is read stands in the lines "Failed to scrape node" of the metrics-server.' },
    source: 'metrics-server 0.6 to 0.8 pkg/storage, kubectl top',
  },
  {
    id: 'scrape',
    text: /Failed to scrape node|unable to fully scrape metrics|unable to fully collect metrics|Failed to list nodes/,
    speaker: 'metrics-server',
    target: 'kubelet',
    means: { wrapper: BEHIND },
    source: `metrics-server 0.3 to 0.8 pkg/{scraper,server}`,
  },
  {
    id: 'otel-call',
    text: /call to \/(?:stats\/summary|pods) endpoint failed|Error scraping metrics|failed to list kubelet pods|kubelet request GET/,
    speaker: 'opentelemetry',
    target: 'kubelet',
    means: { wrapper: BEHIND },
    source: OTEL,
  },
  {
    id: 'prometheus-scrape',
    text: /server returned HTTP status|Scrape failed|Failed to scrape Prometheus endpoint|Error on ingesting|error when scraping/,
    speaker: 'prometheus',
    means: { wrapper: 'The address of the target and the whole error stand on the page /targets of Prometheus.' },
    source: 'Prometheus 2.x and 3.x scrape/scrape.go',
  },
  {
    id: 'vendor-kubelet',
    text: /error response from kubelet|error sending kublet pods request|Kubelet not reachable locally|no connection succeeded through localhost|failed to connect to kubelet after|retrieving kubelet data|Error fetching data for metricset kubernetes\.|error doing HTTP request to fetch|cannot get pods? from kubelet|fail to get pod from kubelet|could not get meta for POD|kubelet upstream connection error|error retrieving node data|got non-200 status code/,
    speaker: 'other-agent',
    target: 'kubelet',
    means: { wrapper: 'The reason stands behind it, or in the DEBUG lines of this agent.' },
    source: 'Grafana Alloy 1.x, New Relic nri-kubernetes 3.x, Elastic Beats 7 to 9, CloudWatch agent, Fluent Bit, OpenCost',
  },
];
