/** The YAML that mounts what is missing. */
import type { HostMount } from '../../../../model/facts/agent.js';

export const SUB_PATH = `volumeMounts:
  - name: custom-integration
    mountPath: /etc/datadog-agent/conf.d/NAME.d/conf.yaml
    subPath: conf.yaml
`;

interface Volume {
  name: string;
  from: string;
  to: string;
}

/** Names as in the chart, so that the patch adds nothing twice. */
const VOLUME: Record<HostMount, Volume> = {
  proc: { name: 'procdir', from: '/proc', to: '/host/proc' },
  cgroup: { name: 'cgroups', from: '/sys/fs/cgroup', to: '/host/sys/fs/cgroup' },
  'runtime-socket': { name: 'runtimesocketdir', from: '/var/run', to: '/host/var/run' },
  'pod-logs': { name: 'logpodpath', from: '/var/log/pods', to: '/var/log/pods' },
};

export function hostPatch(what: HostMount[]): string {
  return patch(what.map((each) => VOLUME[each]));
}

/** Nothing for a path that has more in it than a path has. */
export function diskPatch(paths: string[]): string | undefined {
  if (!paths.every((path) => /^(\/[\w.-]+)+$/.test(path))) return undefined;
  return patch(paths.map((path, at) => ({ name: `disk-${at + 1}`, from: path, to: `/host${path}` })));
}

/** A strategic merge patch of the pod template. */
function patch(volumes: Volume[]): string {
  return [
    'spec:',
    '  template:',
    '    spec:',
    '      containers:',
    '        - name: agent',
    '          volumeMounts:',
    ...volumes.flatMap(({ name, to }) => [`            - name: ${name}`, `              mountPath: ${to}`, '              readOnly: true']),
    '      volumes:',
    ...volumes.flatMap(({ name, from }) => [`        - name: ${name}`, '          hostPath:', `            path: ${from}`]),
    '',
  ].join('\n');
}
