/** What `pod-waits` finds, explained. Texts and reasons: kubernetes/kubelet/pod-waits.ts, with where each is from. */
import type { CauseDocs } from '../../../model/check.js';

const EVENTS = '\n\n    kubectl -n NAMESPACE describe pod POD';

export const CAUSES = {
  'host-path-not-mounted': {
    title: 'host path of the agent that cannot be mounted',
    means:
      'The pod template mounts a file or directory of the node which is not there, is of another type, or cannot be created. The kubelet (`hostPath type check failed`) or the runtime (`mkdir …: read-only file system`) then does not start the container.',
    happens:
      'The node has a read-only system (Talos, Container-Optimized OS, Bottlerocket) without the file, and the runtime cannot create a directory in its place. A file was moved by an upgrade of the node. A directory was created, by an earlier pod without `type`, where a file is meant.',
    distributions: {
      Talos:
        'has no /etc/passwd, /etc/group, /usr/src, /etc/apt: `providers.talos.enabled` of the chart leaves these volumes out (the file /etc/group since the chart of March 2026, helm-charts 2448).',
      GKE: 'Container-Optimized OS has no /usr/src: `providers.gke.cos` of the chart.',
      'GKE Autopilot': 'allows few host paths: `providers.gke.autopilot` of the chart.',
      operator:
        'annotation `agent.datadoghq.com/cluster-provider` of the DatadogAgent: `talos` (operator 1.31, which also detects it), `gke-cos`, `gke-autopilot` (operator 1.29).',
    },
    confirm: `The event or the state of the container names path and volume:${EVENTS}`,
    fix: 'Set the provider of the platform in the values, which leaves out what it lacks. Otherwise turn off the feature that mounts the path, or remove volume and volumeMount from the template. The pods are replaced.',
    avoid: 'Do not make the path with an init container that is privileged: on a read-only system it cannot, elsewhere it hides the fault.',
  },
  'agent-object-missing': {
    title: 'ConfigMap or Secret of the agent that is missing',
    means:
      'The pod template names a ConfigMap or Secret, or a key of one, that is not in its namespace. The kubelet does not start the container (CreateContainerConfigError, or FailedMount for a volume).',
    happens:
      '`datadog.apiKeyExistingSecret` names a Secret that was not created, or was created in another namespace; the key is not called `api-key`; the release was installed in another namespace than its Secrets; a ConfigMap was deleted by hand.',
    confirm: `The message names object and key:${EVENTS}\n    kubectl -n NAMESPACE get secrets,configmaps`,
    fix: 'Create the object in the namespace of the agent, with the key that the template names, or correct the name. The kubelet tries again within two minutes: nothing needs a restart.',
    avoid: 'Do not set `optional: true` to get past it: the agent then starts without its API key or configuration.',
  },
  'host-port-taken': {
    title: 'host port of the agent that another pod holds',
    means:
      'The scheduler places no two pods with the same host port (port, protocol and host address) on one node. The agent asks for one that a pod there already has, so its pod stays Pending.',
    happens:
      'A second release or the old one still runs, also of another vendor: 8125 is the port of every StatsD, 8126 of traces, 4317 and 4318 of OTLP. A pod on the host network holds each port it declares.',
    confirm: `The scheduler says \`didn't have free ports for the requested pod ports\`; then look for who has it:${EVENTS}\n    kubectl get pods -A -o wide --field-selector spec.nodeName=NODE`,
    fix: 'Remove the release that is not needed, or give one of the two another host port; applications reach the agent through its socket or Service as well.',
    avoid: 'Do not put the agent on the host network to get past the scheduler: the port is still taken.',
  },
  'node-without-room-for-agent': {
    title: 'node without room for the agent',
    means:
      "What the agent's containers request (CPU, memory, or the one pod) is more than the node has left. The scheduler leaves its pod Pending, or the kubelet refuses it (OutOfcpu, OutOfmemory, OutOfpods).",
    happens:
      'Applications were placed first and have requested all of the node; requests of the agent were raised; a small node holds the most pods that its kubelet or its network allows. The default priority displaces no one.',
    confirm: `The message says what is short; then compare with what the node has left:${EVENTS}\n    kubectl describe node NODE`,
    fix: 'Give the agent a priority class (`agents.priorityClassCreate` of the chart), lower its requests, or move other pods. With `Too many pods` the limit is `maxPods` of the kubelet, or the addresses of the network plugin.',
    avoid: 'Do not remove the requests: the agent is then the first that the node ends when memory is short.',
  },
  'agent-pod-not-scheduled': {
    title: 'agent pod that the scheduler refuses',
    means:
      'A pod was created for the node, and the scheduler does not place it there: for a taint that the pod does not tolerate, for an affinity or a spread that it must keep.',
    happens:
      'A taint came after the pod; the template has a pod anti-affinity or a topology spread; a mutating webhook adds a selector to every pod of the namespace, so that pod and template differ.',
    confirm: `The message names the rule; compare the pod with the template of the DaemonSet:${EVENTS}\n    kubectl -n NAMESPACE get pod POD -o yaml`,
    fix: 'Tolerate the taint, or remove the rule from where it comes: from the template, or from the webhook that added it.',
    avoid: 'Do not set `nodeName` by hand: the next pod waits again.',
  },
  'agent-image-not-pulled': {
    title: 'image of the agent that cannot be pulled',
    means:
      'The node has no image of the agent and the registry does not give it: it has none of this name and tag, refuses the account, limits pulls, or is not reached from the node.',
    happens:
      'A tag that was not published, or a registry for the wrong site; a private mirror without pull secret in the namespace; the rate limit of Docker Hub for nodes behind one address; a node without a route, proxy or DNS to the registry.',
    confirm: `The last part of the message is the reason. Kubelets before 1.32 say it in the event alone:${EVENTS}`,
    fix: 'Correct registry and tag (`registry` and `agents.image.tag` of the chart), create the pull secret (`agents.image.pullSecrets`), or open the way from the node to the registry. The kubelet tries again by itself.',
    avoid: 'Do not set the pull policy Never or copy the image to one node by hand: the next node lacks it.',
  },
  'pod-sandbox-not-created': {
    title: 'pod sandbox that the node cannot create',
    means:
      'Before any container of it, a pod gets a sandbox with its network. The runtime or its network plugin fails there, so no pod that is not on the host network starts on this node.',
    happens:
      'The network plugin is not installed or its own pod fails on this node; no address is left in the range of the node or the subnet; the runtime class of the pod does not exist there; the pause image cannot be pulled.',
    confirm: `FailedCreatePodSandBox or NetworkNotReady, and in the message the plugin; then the pod of the plugin on this node:${EVENTS}\n    kubectl get pods -A -o wide --field-selector spec.nodeName=NODE`,
    fix: 'Repair the plugin on the node (its own log says more), free addresses, or correct the runtime class. The kubelet tries again by itself.',
    avoid: "Do not put the agent on the host network for this: the applications' pods of the node still do not start.",
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
