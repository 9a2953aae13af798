/** Secrets by their shape, for those nobody registered: another client's token in an error page, a key in a plugin's stderr. */
import { MARK } from './known.js';

/** `"token": "…"`, `password: …`, `api_key=…`; but not `system:serviceaccount:secret:x`, where a colon joins. */
const SECRET_KEYS =
  /((?:token|password|passwd|passphrase|[_-](?:pass|pwd)|[?&]sig|secret|client[_-]key[_-]data|(?:api|app|application|secret|access|account|storage|private|signing|encryption)[_-]?key)\\?["']?(?:\s*=\s*|:\s+|\s*:(?=\\?["'])|%3D)\\?["']?)([^\s"',;}&\\]+)/gi;

/** What a command was started with: `--password …`, `curl -u user:…`. */
const SECRET_FLAGS =
  /(--(?:password|passphrase|token|secret|api-key)\s+["']?|\bcurl\s[^|;]{0,200}?\s(?:-u|--user)[\s=]["']?[^\s:"']{1,64}:)([^\s"',;]+)/gi;

/** Tokens of GitHub and Slack; and a key file in base64, unlike a certificate. */
const TOKENS = /\bgh[pousr]_[A-Za-z0-9]{20,}|\bxox[abeoprs]-[\w-]{10,}|LS0tLS1CRUdJTi(?!BDRVJUSUZJQ0FUR)[\w+/=-]{8,}/g;

/** Each of the shapes below has one of these in it; a name has none. */
const SHAPED = /[ :=%]|eyJ|ZXlK|gh[pousr]_|xox|LS0t/;

/** The text with a mark in the place of each. */
export function hidePatterns(text: string): string {
  if (!SHAPED.test(text)) return text;
  const begun = text
    .replace(/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/gs, MARK)
    .replace(/eyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, MARK)
    .replace(TOKENS, MARK)
    // The same in base64 once more, as in a Secret's data.
    .replace(/ZXlK[\w+/-]{16,}={0,2}/g, MARK)
    .replace(/\b((?:set-)?cookie["']?\s*[:=]\s*["']?[^\s=;,"']{1,64}=)([^\s;,"']+)/gi, keepWords);
  return withoutUsers(begun)
    .replace(/\b((?:bearer|basic)(?: |%20))([^\s"',;]+)/gi, keepWords)
    .replace(/\b(authorization["']?\s*[:=]\s*["']?)([^\s"',;]+)/gi, keepWords)
    .replace(SECRET_FLAGS, keepWords)
    .replace(SECRET_KEYS, keepWords);
}

/** Who a URL is asked as. Each word could be a scheme, so it is looked for where there is a URL alone. */
function withoutUsers(text: string): string {
  return text.includes('://') ? text.replace(/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#]*@/gi, `$1${MARK}@`) : text;
}

/** `bearer token`, `Basic realm=…`, `token: expired`, `token=/path` are speech, not secrets; so is where a command of ours puts one in, `$(cat …)`, `%s`. */
function keepWords(all: string, before: string, value: string): string {
  const speech =
    /^[A-Z]?[a-z]{0,15}[.:)`]*$/.test(value) ||
    // A field of Kubernetes behind "token: "; a password may be chosen so, a token is not.
    (/token\W*$/i.test(before) && /^[a-z]{3,}(?:[A-Z][a-z]{2,}){2,5}[.:)`]*$/.test(value)) ||
    /^(?:realm|error|scope)=/i.test(value) ||
    /^[/<$[({]/.test(value) ||
    value === '%s' ||
    value === 'kubelet-doctor';
  return speech ? all : `${before}${MARK}`;
}
