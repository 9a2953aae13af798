/** What is advised in the place of a fix that the user of a platform cannot carry out, and where that is from. */
import { defineWords } from './say.js';

export const sayPlatform = defineWords('platform', {
  documented: 'a node of {platform}: what to do there is from {source}, and was not tried',
  node: 'Replace this node: {platform} sets this, and edits do not last',
  own: 'Move its pods to another node: {platform} runs this one itself',
  plane: 'See what {platform} shows of its control plane, or ask there',
  image: 'Upgrade the node image: the cluster CA then signs it ({platform})',
  rotate: 'Make {platform} issue its certificates again',
  join: 'Make the node join again, as {platform} documents it',
  issue: 'Issue these certificates again, as {platform} documents it',
});
