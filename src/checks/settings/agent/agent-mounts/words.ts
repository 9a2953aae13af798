/** Everything `agent-mounts` can say. */
import type { Say } from '../../../../model/check.js';

export const WORDS = {
  missing: 'The agent lacks mounts of its node: {paths}',
  hidden: 'A mount on {path} stops checks: {checks}',
  disks: 'The agent has no disk metrics for {paths}: it is not mounted',
  socketSet: 'No runtime socket at {path}',
  socketElsewhere: 'The agent does not look for the runtime at {path}',
  notAgent: "this is not the agent's container",
  notRead: 'the mounts of this container cannot be read ({code})',
  notLooked: 'the mounts have not been read',
  sawMissing: 'no mount at {path}{of}',
  sawDisk: '{device}, at {path} on the node, is not mounted in this container',
  sawHidden: 'a mount at {path}{of} hides conf.yaml.default of {checks}',
  sawTemplate: 'its pod template mounts: {mounts}',
  sawNoSocket: 'no socket at {paths}{of}',
  sawSockets: 'sockets in this container: {paths}',
  fixSocket: 'Set {variable} to {path}',
  fixSocketUnknown: "Find the runtime's socket on the node, then set its path",
  fixDisk: 'Mount the disk, or one file on it, into the agent',
  fixMount: "Add these mounts to the agent's DaemonSet",
  fixSubPath: 'Mount single files with subPath instead of the directory',
  fixChart: "Or use the chart's datadog.confd, which keeps the image's files",
} as const;

export type Words = Say<typeof WORDS>;
