import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCertificates } from '../../../src/probes/credentials/certificate.js';
import { keyBlocks, pemBlocks } from '../../../src/probes/credentials/pem.js';
import { createAuthority } from '../../../src/sim/state/pki.js';

const block = (label: string, body = 'AAAA', end = label) => `-----BEGIN ${label}-----\n${body}\n-----END ${end}-----`;

describe('PEM blocks', () => {
  it('come in order, with what stands between them left out', () => {
    const text = `Bag Attributes\n${block('CERTIFICATE')}\nwords\r\n${block('EC PRIVATE KEY', 'BBBB')}${block('CERTIFICATE', 'CC\r\nCC')}`;
    assert.deepEqual(pemBlocks(text), [
      { label: 'CERTIFICATE', text: block('CERTIFICATE') },
      { label: 'EC PRIVATE KEY', text: block('EC PRIVATE KEY', 'BBBB') },
      { label: 'CERTIFICATE', text: block('CERTIFICATE', 'CC\r\nCC') },
    ]);
    assert.deepEqual(keyBlocks(text), [block('EC PRIVATE KEY', 'BBBB')]);
    assert.deepEqual(
      ['PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'PUBLIC KEY', 'NOPRIVATE KEY'].flatMap((label) => keyBlocks(block(label))),
      [block('PRIVATE KEY'), block('ENCRYPTED PRIVATE KEY')],
    );
  });

  it('that were begun and not ended, or ended and not begun, take no other along', async () => {
    const { certPem } = await createAuthority('ca');
    const whole = certPem.trim();
    for (const text of [
      `-----BEGIN CERTIFICATE-----\nAAAA\n${whole}`,
      `-----END CERTIFICATE-----\n${whole}\n-----BEGIN CERTIFICATE-----\nAA`,
    ]) {
      assert.deepEqual(pemBlocks(text), [{ label: 'CERTIFICATE', text: whole }]);
      const parsed = parseCertificates(text);
      assert.ok(Array.isArray(parsed) && parsed.length === 1);
    }
  });

  it('with another word at the end are there, and damaged', () => {
    const text = block('PRIVATE KEY', 'AAAA', 'EC PRIVATE KEY');
    assert.deepEqual(pemBlocks(text), [{ label: 'PRIVATE KEY', text }]);
  });

  it('are counted up to a thousand', () => assert.equal(pemBlocks(`${block('CERTIFICATE')}\n`.repeat(1001)).length, 1000));
});
