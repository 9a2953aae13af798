/** Names that someone typed, one letter off or of another place: at a workstation, by someone who may list what there is. */
import { broken, type Scenario } from '../scenario.js';
import type { World } from '../world.js';

const asked = (...argv: string[]): World => ({ place: 'workstation', agent: { rights: 'everything' }, otherNodes: { n2: {} }, argv });

export const NAMED: Scenario[] = [
  broken('node-not-found', '--node names a Node that does not exist', asked('--node', 'n9'), 'node-not-found'),
  broken(
    'service-account-not-found',
    '--service-account names an account that does not exist',
    asked('--service-account', 'datadog/datadog-agnt'),
    'service-account-not-found',
    { never: ['kubelet-permission-missing', 'permission-missing', 'role-missing'] },
  ),
  broken(
    'namespace-not-found',
    '--service-account names a namespace that does not exist',
    asked('--service-account', 'datdog/datadog-agent'),
    'service-account-not-found',
    { never: ['kubelet-permission-missing', 'permission-missing', 'role-missing'] },
  ),
];
