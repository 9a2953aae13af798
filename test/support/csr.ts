/** Certificate signing requests for the tests, as a kubelet makes them. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** `spec.request` of a CSR object: base64 of the PEM. */
export async function issueRequest(commonName: string, names: x509.JsonGeneralName[]): Promise<string> {
  x509.cryptoProvider.set(webcrypto as typeof globalThis.crypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: `O=system:nodes, CN=${commonName}`,
    keys,
    signingAlgorithm: algorithm,
    extensions: names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [],
  });
  return Buffer.from(request.toString('pem')).toString('base64');
}
