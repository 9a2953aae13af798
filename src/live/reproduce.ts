/** Commands that show the same thing by hand. No secret is ever in them: a token is read from its file by the shell. */
import { isIp, shellQuote } from '../kubernetes/names.js';
import type { CredentialKind } from '../model/facts/connection.js';

export function reproduceDns(name: string): string | undefined {
  return isIp(name) ? undefined : `getent ahosts ${shellQuote(name)}`;
}

export function reproduceTcp(host: string, port: number): string {
  return `nc -vz -w 4 ${shellQuote(host)} ${port}`;
}

/** The variables that the kubelet runs with; without the password a proxy may have. */
export const KUBELET_PROXY = "tr '\\0' '\\n' < /proc/$(pgrep -xo kubelet)/environ | grep -i _proxy | sed 's#//[^@/]*@#//#'";

/** Shows the variables; with an endpoint, the proxy's own answer. */
export function reproduceProxy(endpoint?: string, ofKubelet = false): string {
  if (ofKubelet) return KUBELET_PROXY;
  return endpoint ? `curl -vk ${shellQuote(`https://${endpoint}/`)}` : `env | grep -i _proxy | sed 's#//[^@/]*@#//#'`;
}

export function reproduceTls(endpoint: string, serverName: string, proxy?: string): string {
  const name = isIp(serverName) ? '' : ` -servername ${shellQuote(serverName)}`;
  const via = proxy ? ` -proxy ${shellQuote(proxy.replace(/^https?:\/\//, ''))}` : '';
  return `openssl s_client -connect ${shellQuote(endpoint)}${name}${via} -showcerts </dev/null`;
}

/** How the credential and the CA are given to curl. Paths only. */
export interface CurlWith {
  as: CredentialKind;
  caPath?: string;
  tokenPath?: string;
  certPath?: string;
  keyPath?: string;
}

/** `curl` for one request to `host:port`; undefined when the credential has no file to point at. */
export function reproduceHttp(endpoint: string, path: string, { as, caPath, tokenPath, certPath, keyPath }: CurlWith): string | undefined {
  const ca = caPath ? ` --cacert ${shellQuote(caPath)}` : ' -k';
  const url = shellQuote(`https://${endpoint}${path}`);
  if (as === 'nobody') return `curl -sS -i -k ${url}`;
  if (as === 'token') return tokenPath ? `curl -sS -i${ca} -H "Authorization: Bearer $(cat ${shellQuote(tokenPath)})" ${url}` : undefined;
  if (!certPath) return undefined;
  return `curl -sS -i${ca} --cert ${shellQuote(certPath)}${keyPath && keyPath !== certPath ? ` --key ${shellQuote(keyPath)}` : ''} ${url}`;
}

export function reproduceRaw(path: string): string {
  return `kubectl get --raw ${shellQuote(path)}`;
}
