/** What a pod waits for, as a cause; the words are told apart in `kubernetes/kubelet/pod-waits.ts`. */
import type { WaitKind } from '../../../kubernetes/kubelet/pod-waits.js';
import type { Cause } from './causes.js';

/** A volume that is not mounted, and no word why, is no cause of its own. */
export const CAUSE_OF: Readonly<Record<Exclude<WaitKind, 'volume'>, Cause>> = {
  'host-path': 'host-path-not-mounted',
  object: 'agent-object-missing',
  'host-port': 'host-port-taken',
  room: 'node-without-room-for-agent',
  scheduling: 'agent-pod-not-scheduled',
  'image-missing': 'agent-image-not-pulled',
  'image-denied': 'agent-image-not-pulled',
  'image-limit': 'agent-image-not-pulled',
  'image-network': 'agent-image-not-pulled',
  image: 'agent-image-not-pulled',
  'sandbox-network': 'pod-sandbox-not-created',
  sandbox: 'pod-sandbox-not-created',
};
