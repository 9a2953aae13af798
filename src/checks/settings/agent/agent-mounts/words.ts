/** Everything `agent-mounts` can say. */
import type { Say } from '../../../../model/check.js';

export const WORDS = {
  missing: "The agent's container{of} lacks {paths} of its node: a volume, or its volumeMount, is missing",
  hidden: 'A mount on {path}{of} hides the default configuration of {checks}: these checks do not run',
  disks: "Nothing of {paths} is mounted into the agent's container: it measures no disk there",
  notAgent: "this is not the agent's container",
  notRead: 'the mounts of this container could not be read ({code})',
  notLooked: 'the mounts were not looked at',
  sawMissing: 'no mount at {path}',
  sawDisk: "{device}, at {path} of the node, is not among this container's mounts",
  sawHidden: 'a mount at {path}, and no conf.yaml.default of {checks}',
  sawTemplate: 'its pod template mounts: {mounts}',
  fixDisk: "If it is to be measured, mount something of it: a volume and a volumeMount in the agent's DaemonSet",
  fixMount: "Add volume and volumeMount to the agent's DaemonSet (kubectl patch daemonset NAME --patch-file FILE)",
  fixSubPath: 'Mount the one file, with subPath, instead of the whole directory',
  fixChart: 'With the chart use `datadog.confd`: it puts files beside the ones of the image',
} as const;

export type Words = Say<typeof WORDS>;
