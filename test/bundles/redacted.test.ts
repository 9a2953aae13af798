/** What stands in the place of a value is known by every collector's mark, and no value is taken for one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isHidden } from '../../src/bundles/objects/redacted.js';

const HIDDEN = [
  '********',
  '***************************abcde',
  '***HIDDEN***',
  '***TOKEN_PASSWORD_a1b2c3***',
  '1234 bytes long',
  'XXXXXX',
  '[REDACTED]',
  'x-ipv4-0000000012-x',
  'xxx.xxx.xxx.xxx',
  '***** SCRUBBED BASE64 PEM *****',
  'https://***HIDDEN***:6443',
  'user:********@db',
];
const VALUES = [
  '',
  '*',
  '**',
  '10.0.0.1',
  'true',
  'xx',
  'a long value',
  'bytes long',
  'xxx',
  '*.example.com',
  '/var/run/*',
  undefined,
  5,
  null,
];

describe('hidden values', () => {
  for (const value of HIDDEN) it(`${value} is one`, () => assert.ok(isHidden(value)));
  for (const value of VALUES) it(`${String(value)} is none`, () => assert.ok(!isHidden(value)));
});
