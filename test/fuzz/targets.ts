/** What is fuzzed: each parser of what others wrote, given bytes. A crash, a hang or an end of memory is a find; a refusal in our words is none. */
import { parseManifest } from '../../src/agent-config/manifest.js';
import { reduceDaemonSet } from '../../src/agent-config/reduce-workload.js';
import { readTemplate } from '../../src/agent-config/template-settings.js';
import { openPacked } from '../../src/files/packed/packed.js';
import { readYaml } from '../../src/files/yaml-fields.js';
import { createRedactor } from '../../src/host/redact.js';
import { reduceNode } from '../../src/live/apiserver/reduce.js';
import {
  marksOf,
  reduceAgentPod,
  reducePlacementNode,
  reducePodEvent,
  reducePortHolder,
  reduceRefusedCreate,
} from '../../src/live/apiserver/reduce-placement.js';
import { readAnswers } from '../../src/live/script/answers.js';
import { recordedIn } from '../../src/live/script/network.js';
import { inspectAuthority } from '../../src/probes/connection/authority.js';
import { parseJson as parseAnswer, recognisePayload, recogniseVoice } from '../../src/probes/connection/payload.js';
import { parseHosts, parseResolvConf } from '../../src/probes/connection/resolv-conf.js';
import { parseKubeconfigFile } from '../../src/probes/credentials/kubeconfig-file.js';
import { decodeClaims } from '../../src/probes/credentials/token.js';
import { podOf } from '../../src/probes/machine/mounts/mounts.js';
import { ownerIn } from '../../src/probes/machine/root-owned.js';
import { renderMarkdown } from '../../src/render/markdown.js';
import { renderText } from '../../src/render/text/report.js';
import { readFacts } from '../../src/report/contract/read-facts.js';
import { parseJson, readReport } from '../../src/report/contract/read-report.js';
import { parseDuration, parseEndpoint, parseHost } from '../../src/setup/values.js';
import { answerOf, readText } from '../../src/texts/index.js';

const LIMITS = { unpacked: 1 << 20, entries: 1000, held: 1 << 18, seconds: 5 };
const { clean } = createRedactor();
const marks = marksOf([]);

const json = (text: string) => {
  const parsed = parseJson(text);
  return 'json' in parsed ? parsed.json : undefined;
};

export const TARGETS: Readonly<Record<string, (bytes: Buffer) => unknown>> = {
  kubeconfig: (bytes) => parseKubeconfigFile(bytes.toString(), 'kubeconfig'),
  'kubelet-config': (bytes) =>
    readYaml(bytes.toString(), 'config.yaml', (root) => ({ kind: root.raw('kind'), keys: root.keys().map((key) => root.raw(key)) })),
  manifest: (bytes) => parseManifest(bytes.toString(), 'manifest.yaml'),
  report(bytes) {
    const read = readReport(json(bytes.toString()));
    return 'report' in read && [renderText(read.report, { width: 80, verbose: true, colour: false }), renderMarkdown(read.report)];
  },
  texts: (bytes) => answerOf(readText(bytes.toString(), (text) => text)),
  script: (bytes) => recordedIn(readAnswers(bytes.toString())),
  facts: (bytes) => readFacts(json(bytes.toString())),
  tar: through,
  zip: through,
  xz: through,
  'resolv-conf': (bytes) => [parseResolvConf(bytes.toString(), 'n1.example'), parseHosts(bytes.toString())],
  proc: (bytes) => [podOf(bytes.toString()), ownerIn(bytes.toString())],
  answers(bytes) {
    const text = bytes.toString();
    const body = parseAnswer(text);
    return [
      recogniseVoice(bytes[0] ?? 0, {}, text),
      ['/pods', '/metrics', '/stats/summary', '/configz'].map((path) => recognisePayload(path, text)),
      [reduceNode(body, clean), reducePlacementNode(body, new Set()), reduceAgentPod(body, marks), reduceRefusedCreate(body)],
      [reducePortHolder(body, marks), reducePodEvent(body, 'a')],
      [reduceDaemonSet(body), readTemplate(body, 'file', 'fuzz', new Map())],
    ];
  },
  certificates: (bytes) => inspectAuthority(bytes.toString(), 'ca.crt'),
  words: (bytes) => [parseDuration, parseEndpoint, parseHost, decodeClaims].map((parse) => parse(bytes.toString())),
};

async function* chunks(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 700) yield bytes.subarray(at, at + 700);
}

/** Every way an entry is read. It never throws: what does is a find. */
async function through(bytes: Buffer) {
  const packed = await openPacked('-', LIMITS, chunks(bytes));
  if ('error' in packed) return;
  let at = 0;
  for await (const entry of packed.entries()) {
    at += 1;
    await entry.head();
    if (at % 3 === 0) await entry.whole(1 << 16);
    else if (at % 3 === 1) for await (const line of entry.lines()) if (line.startsWith('x')) break;
  }
  await packed.close();
}
