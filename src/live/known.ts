/** What the base questions lead to, for whoever asks further. */

import type { Candidate, Identity, NodeObject, Place } from '../model/facts.js';
import type { Held, Owner } from '../probes/connection/gate.js';
import type { ApiserverClient } from './apiserver/client.js';
import type { Reached } from './connection/reach.js';
import type { KubeletClient } from './kubelet/client.js';

/** What the base questions lead to; each part resolves as soon as it is known. */
export interface Known {
  place: Promise<Place | undefined>;
  api: Promise<ApiserverClient | undefined>;
  identity: Promise<Identity | undefined>;
  nodeName: Promise<string | undefined>;
  node: Promise<NodeObject | undefined>;
  kubelet: Promise<KubeletClient | undefined>;
  /** The token that is shown to the kubelet, else to the apiserver: for a TokenReview. */
  token: Promise<Held | undefined>;
  kubeletCandidate: Promise<Candidate | undefined>;
  /** Attempts at one more address of a target, which `owner` has named. */
  attempt(target: 'kubelet' | 'apiserver', candidate: Candidate, owner: Owner): Promise<Reached | undefined>;
}
