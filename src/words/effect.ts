/** What printed objects do, behind a fix. */
import { defineWords } from './say.js';

export const sayEffect = defineWords('effect', {
  'adds.one': '+{rights} right, no others',
  'adds.many': '+{rights} rights, no others',
  'addsTo.one': '+{rights} right for {to}, no others',
  'addsTo.many': '+{rights} rights for {to}, no others',
  'grants.one': 'grants {rights} right, no others',
  'grants.many': 'grants {rights} rights, no others',
  'grantsTo.one': 'grants {rights} right to {to}, no others',
  'grantsTo.many': 'grants {rights} rights to {to}, no others',
  'opensFor.one': 'opens TCP {port} to any address for {count} pod with {pods} in {namespace}; no others',
  'opensFor.many': 'opens TCP {port} to any address for {count} pods with {pods} in {namespace}; no others',
  opens: 'opens TCP {port} to any address for pods with {pods} in {namespace}; no others',
});
