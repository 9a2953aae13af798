/** `kubectl describe`, line by line: whose description it is, and which of its lines tell of a fault. A part of one is read as well. */
import type { Scene, TextRecord } from './reading.js';
import { isAgentName } from './speakers.js';

export interface Described {
  records: TextRecord[];
  /** The line is of a description: it is no line of a log. */
  taken: boolean;
}

/** A row of a node's conditions: `Ready  Unknown  <two dates>  NodeStatusUnknown  Kubelet stopped posting node status.` */
const CONDITION = /^[\s>|]{0,40}([A-Z][A-Za-z]{2,40})\s{1,40}(True|False|Unknown)\s{1,40}[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} /;
/** Conditions that others than the kubelet set, of what we ask: `KubeletUnhealthy  True …`. */
const WATCHED = /kubelet|runtime|containerd|docker/i;
/** A line of a description that says what befell the object, of events and of a container's state. */
const EVENT = /^\s{0,40}(?:\d{1,6}[a-z]\S{0,12}\s{1,40}){0,3}(?:\d{1,6}\s{1,40})?.{0,200}?\b(?:Normal|Warning)\s{1,40}[A-Z]\w{1,60}\s/;
const STATE = /^\s{0,16}(?:State|Last State|Reason|Message|Status|Exit Code):\s{1,40}\S/;
const SECTION =
  /^\s{0,8}(Events|Conditions|Containers|Init Containers|Volumes|Tolerations|Node-Selectors|QoS Class|Annotations|Labels|Addresses|Capacity|Allocatable|System Info|Non-terminated Pods|Allocated resources|Controlled By|Taints|Lease):(?:\s|$)/;
/** The name of the object; deeper inside a description, that of a volume's source. */
const NAME = /^\s{0,8}Name:\s{1,40}(\S{1,253})\s*$/;
const NODE_MARK =
  /^\s{0,4}(?:Roles?:|Unschedulable:|System Info:|Allocatable:|PodCIDRs?:|ProviderID:|Non-terminated Pods:|ExternalID:|Lease:)/;
const POD_MARK = /^\s{0,4}(?:Node:\s|Containers:|Init Containers:|Controlled By:|QoS Class:|IPs?:\s|Controllers:)/;
const WORKLOAD_MARK = /^\s{0,4}(?:Pods Status:|Desired Number of Nodes Scheduled:|Pod Template:|StrategyType:|Replicas:)/;

interface Open {
  scene: Scene;
  section: string;
  line: number;
}

export function createDescriptions() {
  let open: Open | undefined;
  let conditions: { name: string; status: string; text: string; line: number }[] = [];
  /** Lines since the last that was surely of a description. */
  let strange = 0;

  const flush = (): TextRecord[] => {
    if (conditions.length === 0) return [];
    // Ready decides. Others may be left over from a version that knew them (OutOfDisk), and count where Ready was not pasted.
    const decides = conditions.find(({ name }) => name === 'Ready') ?? conditions.find(({ status }) => status === 'Unknown');
    const watched = conditions.filter(({ name, status }) => status === 'True' && WATCHED.test(name));
    conditions = [];
    return [...(decides ? [decides] : []), ...watched].map(({ line, text }) => ({
      line,
      text: text.trim(),
      scene: { kind: 'node', ...nameOf(open) },
    }));
  };
  const finish = (): TextRecord[] => {
    const records = flush();
    // Whatever its events tell: what it is.
    if (open?.scene.kind === 'pod' && open.scene.ofAgent === false)
      records.push({ line: open.line, text: 'Pending, failed or running: a pod that is no agent', scene: open.scene });
    open = undefined;
    return records;
  };

  return {
    push(line: string, at: number): Described {
      const [, condition, status = ''] = CONDITION.exec(line) ?? [];
      if (condition !== undefined) {
        conditions.push({ name: condition, status, text: line, line: at });
        return { records: [], taken: true };
      }
      const header = /^\s{0,40}(?:Type\s{1,40}Status\s|-{3,}\s{1,40}-{3,})/.test(line);
      if (header) return { records: [], taken: true };
      const before = flush();
      const [, name] = NAME.exec(line) ?? [];
      if (name !== undefined && (!open || /^\S/.test(line))) {
        const records = [...before, ...finish()];
        open = { scene: { kind: 'object', name }, section: '', line: at };
        strange = 0;
        return { records, taken: true };
      }
      if (!open) return { records: before, taken: false };
      return { records: [...before, ...readInside(open, line, at)], taken: isInside(line) || leave(before) };
    },
    end: finish,
  };

  /** A line that no description has: it is over, once there are some. */
  function leave(before: TextRecord[]): boolean {
    before.push(...finish());
    return false;
  }

  function isInside(line: string): boolean {
    if (/^\s|^[A-Z][\w ()-]{1,40}:/.test(line)) strange = 0;
    else strange += 1;
    return strange < 2;
  }

  function readInside(about: Open, line: string, at: number): TextRecord[] {
    learn(about, line);
    const [, section] = SECTION.exec(line) ?? [];
    if (section !== undefined) about.section = section;
    if (about.scene.kind === 'node' && /^Unschedulable:\s{1,40}true/.test(line))
      return [{ line: at, text: line.trim(), scene: about.scene }];
    const tells =
      about.section === 'Events'
        ? /\S/.test(line) && !/^\s{0,40}(?:Type|FirstSeen|LastSeen|Age)\s|^Events:/.test(line)
        : EVENT.test(line) || STATE.test(line);
    if (!tells || (about.scene.kind === 'node' && about.section !== 'Events')) return [];
    return [{ line: at, text: line.trim(), scene: { ...about.scene } }];
  }
}

function nameOf(open: Open | undefined): { name?: string } {
  return open?.scene.kind === 'node' || open?.scene.kind === 'object' ? { name: open.scene.name } : {};
}

/** What kind of object it is, and whether it is an agent's, told by lines one after the other. */
function learn({ scene }: Open, line: string): void {
  if (scene.kind === 'object') {
    if (NODE_MARK.test(line)) scene.kind = 'node';
    else if (WORKLOAD_MARK.test(line)) scene.kind = 'workload';
    else if (POD_MARK.test(line)) scene.kind = 'pod';
    if (scene.kind === 'pod' || scene.kind === 'workload') scene.ofAgent ??= isAgentName(scene.name ?? '');
  }
  if (scene.kind === 'node') return;
  const [, node] = /^\s{0,8}Node:\s{1,40}([\w.-]{1,253})/.exec(line) ?? [];
  if (node !== undefined) scene.node = node;
  const [, namespace] = /^\s{0,8}Namespace:\s{1,40}([\w.-]{1,63})/.exec(line) ?? [];
  if (namespace !== undefined) scene.namespace = namespace;
  const [, image] = /^\s{0,16}Image:\s{1,40}(\S{1,400})/.exec(line) ?? [];
  const [, label] =
    /(?:^\s{0,8}Labels:\s{1,40}|^\s{1,40})(?:app|k8s-app|app\.kubernetes\.io\/(?:name|component)|agent\.datadoghq\.com\/\w{1,30})=(\S{1,63})/.exec(
      line,
    ) ?? [];
  for (const told of [image, label]) if (told !== undefined && isAgentName(told)) scene.ofAgent = true;
}

/** Events as YAML or JSON: the message of each, with the object that it is about, which stands above it. */
export function createEventObjects(): { push(line: string): Scene | undefined } {
  let scene: Scene | undefined;
  let indent: number | undefined;
  return {
    push(line) {
      const at = line.search(/\S/);
      if (/^\s{0,40}"?(?:involvedObject|regarding)"?:/.test(line)) {
        scene = { kind: 'pod' };
        indent = at;
        return undefined;
      }
      if (scene === undefined) return undefined;
      const [, key, value = ''] = /^\s{0,60}"?(kind|name|message|note)"?: ["']?([^\s"',]{0,253})/.exec(line) ?? [];
      if (indent !== undefined && at > indent) {
        if (key === 'kind') scene.kind = value === 'Node' ? 'node' : 'pod';
        if (key === 'name') scene.name = value;
      } else indent = undefined;
      if (key !== 'message' && key !== 'note') return undefined;
      return scene.kind === 'node' ? { ...scene } : { ...scene, ofAgent: isAgentName(scene.name ?? '') };
    },
  };
}
