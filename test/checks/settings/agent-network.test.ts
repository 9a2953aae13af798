import { agentNetwork } from '../../../src/checks/settings/agent/agent-network.js';
import type { AgentProcessPlace, AnyFact } from '../../../src/model/facts.js';
import { base, fact } from '../facts.js';
import { judgeTable } from '../table.js';

const process = (change: Partial<AgentProcessPlace> = {}): AgentProcessPlace => ({
  pid: 7,
  program: 'agent',
  beside: 'node',
  network: 'other',
  ...change,
});
const as = (agentProcess: AgentProcessPlace): AnyFact[] =>
  base().map((f) =>
    f.kind === 'place' && f.outcome.status === 'observed'
      ? { ...f, outcome: { ...f.outcome, data: { ...f.outcome.data, agentProcess } } }
      : f,
  );
const root = (value: string) => fact('self/settings', [{ setting: 'root', value, origin: 'flag', source: '--root' }]);

judgeTable(agentNetwork, [
  { row: 'not known where it runs', facts: [], expect: 'cannot-tell' },
  { row: 'no process was named', facts: base(), expect: 'not-applicable' },
  { row: 'beside the agent, in its network', facts: as(process({ beside: 'ephemeral-container', network: 'same' })), expect: 'pass' },
  {
    row: "from a node's shell, for an agent whose pod has its own network",
    facts: as(process()),
    expect: { cause: 'asked-from-another-network', severity: 'note', certainty: 'proven' },
    witnesses: ['self/place'],
    says: /nsenter -t 7 -n kubelet-doctor --agent-process 7"/,
  },
  {
    row: 'from a debug pod: into the pod, whose name its environment says',
    facts: as(process({ beside: 'debug-pod', pod: 'agent-x' })),
    expect: { cause: 'asked-from-another-network' },
    witnesses: ['self/place'],
    says: /kubectl debug agent-x -n NAMESPACE -it .*--target=agent.*nsenter -t 7 -n/,
  },
  {
    row: 'a name that is none never gets into the command',
    facts: as(process({ beside: 'debug-pod', pod: 'x;id' })),
    expect: { cause: 'asked-from-another-network' },
    witnesses: ['self/place'],
    says: /kubectl debug POD /,
    neverSays: /x;id/,
  },
  {
    row: 'the process list is below a directory, whose name is quoted',
    facts: [as(process())[0]!, root('/my host')],
    expect: { cause: 'asked-from-another-network' },
    witnesses: ['self/place'],
    says: /nsenter --net='\/my host\/proc\/7\/ns\/net' kubelet-doctor --agent-process 7 --root '\/my host'/,
  },
]);
