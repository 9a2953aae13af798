/** Errors of TLS, as libraries word them: Go, OpenSSL (Python, curl, Ruby), Java, Node, rustls. What they mean is a matter of whose certificate it is. */
import type { Fragment, Seen } from './fragment.js';

/** In the log of a server the other side's alert is told: `remote error` is what the client said. */
const asClient = ({ side }: Seen) => side === 'client';
const asServer = ({ side }: Seen) => side === 'server';

/** A record of TLS (alert 0x15, version 3) is no HTTP; a server of Go's net/http answers in plain HTTP. */
const HTTP_TO_TLS =
  /malformed HTTP (?:response|status code|version) "\\x15\\x03|BadStatusLine\("?'?\\x15\\x03|Client sent an HTTP request to an HTTPS server|Received HTTP\/0\.9 when not allowed/i;

const GO = 'Go 1.20 to 1.25 crypto/x509/verify.go';
const GO_TLS = 'Go 1.20 to 1.25 crypto/tls';

/** Two names or addresses of this machine alone: what a program makes for itself, not a kubelet. */
const LOOPBACK_ONLY = /is valid for (?:(?:127\.0\.0\.1|::1|localhost)(?:, )?){1,3}, not /;

export const TLS_ERRORS: readonly Fragment[] = [
  {
    id: 'x509-loopback-only',
    text: LOOPBACK_ONLY,
    when: ({ target }) => target.server === 'kubelet',
    means: {
      causes: ['kubelet-certificate-name-mismatch', 'not-a-kubelet', 'kubelet-certificate-self-signed'],
      says: 'The certificate names this machine alone: on Fargate, or where a pod of the host network took the port, another server answers than the kubelet.',
    },
    source: GO,
  },
  {
    id: 'x509-name',
    text: /doesn't contain any IP SANs|certificate is valid for .{0,2000}?, not |(?:hostname|ip address) mismatch|certificate is not valid for '|doesn't match (?:'|either of)|ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames|no alternative certificate subject name matches|(?:certificate subject name|subjectAltName) .{0,300}does(?:n't| not) match|No subject alternative (?:DNS )?names? (?:matching|present)|No name matching \S{1,253} found|does not match the server certificate|NotValidForName|RemoteCertificateNameMismatch|Hostname \S{1,253} not verified|Verify return code: 6[24] /i,
    means: {
      by: {
        kubelet: ['kubelet-certificate-name-mismatch', 'kubelet-certificate-self-signed'],
        apiserver: ['apiserver-certificate-name-mismatch'],
        alone: ['kubelet-certificate-name-mismatch', 'apiserver-certificate-name-mismatch', 'kubelet-certificate-self-signed'],
      },
    },
    source: `${GO}; Python ssl, urllib3, curl 8, Java sun.security.util.HostnameChecker, Node tls`,
  },
  {
    id: 'x509-no-san',
    text: /relies on legacy Common Name field|not valid for any names/,
    means: {
      by: {
        kubelet: ['kubelet-certificate-without-san', 'kubelet-certificate-name-mismatch'],
        apiserver: ['apiserver-certificate-name-mismatch'],
        alone: ['kubelet-certificate-without-san', 'apiserver-certificate-name-mismatch'],
      },
    },
    source: GO,
  },
  {
    id: 'client-certificate-active-expired',
    text: /currently active client certificate has expired|existing bootstrap client certificate .{0,200}is expired/i,
    target: 'apiserver',
    speaker: 'kubelet',
    means: {
      causes: ['kubelet-cannot-reach-apiserver', 'kubelet-kubeconfig-broken'],
      says: "The kubelet's own client certificate has expired: it can no longer ask the apiserver.",
    },
    source: 'Kubernetes 1.31 to 1.36 pkg/kubelet/certificate/{transport,bootstrap}.go',
  },
  {
    id: 'x509-not-yet-valid',
    text: /(?:certificate has expired or is not yet valid.{0,120}is before)|CERT_NOT_YET_VALID|certificate is not yet valid|CertificateNotYetValid|NotValidYet|Verify return code: 9 /i,
    when: ({ body }) => !/or is not yet valid(?!.{0,120}is before)/i.test(body),
    means: {
      by: {
        kubelet: ['kubelet-certificate-not-yet-valid', 'clock-skew'],
        apiserver: ['apiserver-certificate-not-yet-valid', 'clock-skew'],
        alone: ['kubelet-certificate-not-yet-valid', 'apiserver-certificate-not-yet-valid', 'clock-skew'],
      },
    },
    source: `${GO}; OpenSSL 3 X509_V_ERR_CERT_NOT_YET_VALID`,
  },
  {
    id: 'x509-expired',
    text: /certificate has expired|CERT_HAS_EXPIRED|certificate expired|CertificateExpired|NotAfter: |peer certificate: Expired|certificate chain: NotTimeValid|Verify return code: 10 /i,
    when: asClient,
    means: {
      by: {
        kubelet: ['kubelet-certificate-expired', 'clock-skew'],
        apiserver: ['apiserver-certificate-expired', 'clock-skew'],
        alone: ['kubelet-certificate-expired', 'apiserver-certificate-expired', 'clock-skew'],
      },
    },
    source: `${GO}; OpenSSL 3 X509_V_ERR_CERT_HAS_EXPIRED; Java CertificateExpiredException`,
  },
  {
    id: 'openssl-self-signed',
    text: /DEPTH_ZERO_SELF_SIGNED_CERT|self[- ]signed certificate(?!s| in certificate chain)|Verify return code: 18 /i,
    means: {
      by: {
        kubelet: ['kubelet-certificate-self-signed', 'kubelet-certificate-unknown-authority'],
        apiserver: ['apiserver-certificate-unknown-authority'],
        alone: ['kubelet-certificate-self-signed', 'apiserver-certificate-unknown-authority'],
      },
    },
    source: 'OpenSSL 1.1 (self signed) and 3 (self-signed) X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT',
  },
  {
    id: 'x509-unknown-authority',
    text: /signed by unknown authority|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT|SELF_SIGNED_CERT_IN_CHAIN|self[- ]signed certificate in certificate chain|unable to get (?:local )?issuer|unable to verify the first certificate|PKIX path (?:building|validation) failed|unable to find valid certification path|UnknownIssuer|RemoteCertificateChainErrors|errors in the certificate chain: (?:UntrustedRoot|PartialChain)|certificate was not trusted|Verify return code: (?:2|19|20|21) /i,
    means: {
      by: {
        kubelet: ['kubelet-certificate-unknown-authority', 'kubelet-certificate-self-signed'],
        apiserver: ['apiserver-certificate-unknown-authority'],
        alone: ['kubelet-certificate-unknown-authority', 'apiserver-certificate-unknown-authority', 'kubelet-certificate-self-signed'],
      },
    },
    source: `${GO}; OpenSSL 3 X509_V_ERR 2, 19, 20, 21; Java sun.security.validator`,
  },
  {
    id: 'x509-not-accepted',
    text: /x509: (?:certificate specifies an incompatible key usage|cannot verify signature|invalid signature|too many intermediates|certificate is not authorized to sign|a root or intermediate certificate is not authorized|unhandled critical extension|negative serial number|malformed|certificate contains duplicate)|InvalidCertificateEncoding|invalid peer certificate(?: encoding|: BadEncoding)|CA md too weak|EE certificate key too weak|dh key too small|ee key too small/i,
    means: {
      by: {
        kubelet: ['kubelet-certificate-not-accepted'],
        apiserver: ['apiserver-certificate-not-accepted'],
        alone: ['kubelet-certificate-not-accepted', 'apiserver-certificate-not-accepted'],
      },
    },
    source: `${GO}; OpenSSL 3 security level`,
  },
  {
    id: 'openssl-verify-failed',
    text: /CERTIFICATE_VERIFY_FAILED|certificate verify failed|SSL certificate problem|server certificate verification failed/i,
    means: {
      by: {
        kubelet: ['kubelet-certificate-unknown-authority', 'kubelet-certificate-name-mismatch', 'kubelet-certificate-expired'],
        apiserver: ['apiserver-certificate-unknown-authority', 'apiserver-certificate-name-mismatch'],
        alone: ['kubelet-certificate-unknown-authority', 'apiserver-certificate-unknown-authority'],
      },
    },
    source: 'OpenSSL 3 SSL_R_CERTIFICATE_VERIFY_FAILED',
  },
  {
    id: 'tls-no-serving-certificate',
    text: /no serving certificate available for the kubelet/,
    target: 'kubelet',
    means: { causes: ['kubelet-certificate-pending'], proven: true },
    source: 'Kubernetes 1.31 to 1.36 pkg/kubelet/kubelet.go',
  },
  {
    id: 'tls-alert-internal-error',
    text: /remote error: tls: internal error|alert internal[ _]error|fatal alert: internal_error|alert number 80/i,
    when: asClient,
    means: { by: { kubelet: ['kubelet-certificate-pending'], alone: ['kubelet-certificate-pending'] } },
    source: `${GO_TLS}/alert.go: a server without a certificate for the connection; OpenSSL 3 alert 80`,
  },
  {
    id: 'tls-alert-of-client',
    text: /remote error: tls: (?:bad certificate|unknown certificate(?: authority)?|expired certificate|certificate unknown)/i,
    when: asServer,
    side: 'server',
    means: {
      by: {
        kubelet: ['kubelet-certificate-unknown-authority', 'kubelet-certificate-name-mismatch', 'kubelet-certificate-self-signed'],
        apiserver: ['apiserver-certificate-unknown-authority', 'apiserver-certificate-name-mismatch'],
      },
      says: 'The client at this address does not accept the certificate of the server that wrote this.',
    },
    source: `${GO_TLS}/alert.go in net/http/server.go`,
  },
  {
    id: 'tls-alert-certificate',
    text: /remote error: tls: (?:bad certificate|certificate required|unknown certificate|expired certificate|revoked certificate|unsupported certificate)|alert (?:bad certificate|certificate (?:required|expired|unknown)|unknown ca)|fatal alert: (?:bad_certificate|certificate_required|certificate_unknown|unknown_ca)|client didn't provide a certificate|failed to verify client certificate/i,
    means: {
      by: {
        kubelet: ['client-certificate-foreign', 'client-certificate-expired'],
        apiserver: ['client-certificate-foreign', 'client-certificate-expired'],
        alone: ['client-certificate-foreign', 'client-certificate-expired'],
      },
    },
    source: `${GO_TLS}/alert.go and handshake_server.go; OpenSSL 3 and Java alerts 42, 44, 45, 46, 48, 116`,
  },
  {
    id: 'tls-key-mismatch',
    text: /private key does not match public key|key values mismatch/i,
    means: { causes: ['client-certificate-key-mismatch'] },
    source: `${GO_TLS}/tls.go; OpenSSL X509_R_KEY_VALUES_MISMATCH`,
  },
  {
    id: 'tls-version',
    text: /client offered only unsupported versions|server selected unsupported protocol version|protocol version not supported|no cipher suite|unsupported protocol|(?:alert )?handshake[ _]failure|no protocols available|alert protocol version|fatal alert: protocol_version|insufficient security|no common (?:cipher|protocol)/i,
    means: { by: { kubelet: ['kubelet-tls-version'], alone: ['kubelet-tls-version'] } },
    source: `${GO_TLS}/handshake_{client,server}.go; OpenSSL 3 and Java alerts 40, 70, 71`,
  },
  {
    id: 'http-to-kubelet-port',
    when: (seen) => asClient(seen) && seen.target.server === 'kubelet',
    text: HTTP_TO_TLS,
    means: { causes: ['plain-http-to-tls-port'] },
    source: 'Go 1.20 to 1.25 net/http/{response,server}.go; Python http.client, curl 8',
  },
  {
    id: 'http-to-tls-port',
    when: asClient,
    text: HTTP_TO_TLS,
    means: {
      foreign:
        'The port speaks TLS and the client asked in plain HTTP: give that client an https:// address, or the HTTPS port instead of the read-only one.',
    },
    source: 'Go 1.20 to 1.25 net/http/{response,server}.go; Python http.client, curl 8',
  },
  {
    id: 'http-to-tls-port-400',
    text: /\b400\b.{0,20}Bad Request/,
    when: ({ target }) => target.server === 'kubelet' && target.scheme === 'http',
    means: { foreign: 'The port speaks TLS and the client asked in plain HTTP: give that client an https:// address.' },
    source: 'Go 1.20 to 1.25 net/http/server.go: it answers 400 in plain HTTP',
  },
  {
    id: 'http-to-tls-port-log',
    text: /first record does not look like a TLS handshake|client sent an HTTP request to an HTTPS server/i,
    when: asServer,
    side: 'server',
    means: { foreign: 'The client at this address spoke plain HTTP to the TLS port: give that client an https:// address.' },
    source: 'Go 1.20 to 1.25 net/http/server.go',
  },
  {
    id: 'plain-http-behind-https',
    text: /server gave HTTP response to HTTPS client|first record does not look like a TLS handshake|wrong[ _]version[ _]number|packet length too long|record layer failure|Unsupported or unrecognized SSL message|oversized record received|plaintext connection\?/i,
    means: {
      by: {
        kubelet: ['kubelet-speaks-plain-http'],
        apiserver: ['not-an-apiserver', 'apiserver-answer-foreign'],
        'read-only-port': ['kubelet-speaks-plain-http'],
        alone: ['kubelet-speaks-plain-http', 'not-an-apiserver'],
      },
    },
    source: `Go 1.20 to 1.25 net/http/client.go, ${GO_TLS}/conn.go; OpenSSL SSL_R_WRONG_VERSION_NUMBER; Java SSLException`,
  },
  {
    id: 'tls-handshake-timeout',
    text: /TLS handshake timeout|handshake operation timed out|SSL connection timeout/i,
    means: {
      by: {
        kubelet: ['kubelet-hangs', 'tls-handshake-stalls'],
        apiserver: ['apiserver-connect-timeout'],
        alone: ['kubelet-hangs', 'tls-handshake-stalls', 'apiserver-connect-timeout'],
      },
    },
    source: 'Go 1.20 to 1.25 net/http/transport.go; Python ssl, curl 8',
  },
];
