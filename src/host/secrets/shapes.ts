/** Secrets by their shape, for those nobody registered: another client's token in an error page, a key in a plugin's stderr. */
import { MARK } from './known.js';

/** `"token": "…"`, `password: …`, `api_key=…`; but not `system:serviceaccount:secret:x`, where a colon joins. */
const SECRET_KEYS =
  /((?:token|password|passwd|passphrase|[_-](?:pass|pwd)|secret|client[_-]key[_-]data|(?:api|app|application|secret|access|account|storage|shared|master|license|private|signing|encryption)[_-]?key)\\?["']?(?:\s{0,8}=>?\s{0,8}|\s{0,8}:\s+|\s{0,8}:(?=\\?["'])|%3D)\\?["']?)([^\s"',;}&\\]+)/gi;

/** A variable of a pod, whose name says what its value is: `{"name":"DB_PASSWORD","value":"…"}`. */
const VARIABLES =
  /("name\\?":\s?\\?"\w{0,64}(?:PASSWORD|PASSWD|PASSPHRASE|TOKEN|SECRET|_PASS|_PWD|API_?KEY|ACCESS_KEY|PRIVATE_KEY)\\?",\s{0,16}\\?"value\\?":\s?\\?")([^"\\]+)/gi;

/** As Go prints a struct or a map: `{ApiKey:…}`, `map[api_key:… site:x]`. What is a name has no digit, or joins more by colons. */
const STRUCTS =
  /((?<=[{[ ])\w{0,32}(?:api_?key|token|password|passwd|secret|access_?key):)(?=[^\s:\]}]{0,64}\d)([^\s:\]}"',;]{8,})(?![:\w])/gi;

/** A signature and credentials stand for a password where they are handed on, as with `?sig=…`, and `"auth":"…"` of a registry; in prose they are words. */
const HANDED_ON =
  /((?<=^|[^a-z\d]|%[\da-f]{2})(?:x-(?:amz|goog)-)?(?:sig(?:nature)?|credentials?)(?:=|%3D)["']?(?!SIG[A-Z])|\\?"(?:auth|credentials)\\?":\s?\\?")([^\s"',;}&\\]{6,})/gi;

/** What a command was started with: `--password …`. */
const SECRET_FLAGS =
  /(--(?:[a-z]{1,20}-){0,3}(?:password|passwd|passphrase|token|secret|api-key)\s+["']?|\b(?:docker|podman|nerdctl|skopeo|crane|oc)\s{1,4}login\s[^|;]{0,80}?-p\s["']?)([^\s"',;]+)/gi;

/** `-u USER:PASSWORD` of curl, and of those that took it over. A user and a group by number, a host and its port, and who Kubernetes knows are no secret. */
const USER_FLAGS =
  /((?:(?<![\w-])-[a-z]{0,6}u |--proxy-user[ =]|\bcurl\s[^|;]{0,200}?\s(?:-u|--user[ =]))["']?(?!system:|[\d.]{1,40}:\d|[\w-]{1,64}\.[\w.-]{1,190}:\d)[^\s:"']{1,64}:)([^\s"',;]+)/gi;

/** What begins with who made it: GitHub, GitLab, Slack, AWS, Google, HashiCorp, Docker, npm, k3s, age; and a key file in base64, unlike a certificate. */
const TOKENS =
  /\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bxox[abeoprs]-[\w-]{10,}|\bA[KS]IA[A-Z0-9]{16}\b|\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}|\bhv[sb]\.[\w-]{20,}|\bdckr_pat_[\w-]{20,}|\bsk[-_](?:proj|live|test)[-_][\w-]{16,}|\bnpm_[A-Za-z0-9]{30,}|\bK10[0-9a-f]{40,}::[^\s"',;]{1,200}|\bAGE-SECRET-KEY-1[A-Z0-9]{40,}|LS0tLS1CRUdJTi(?!BDRVJUSUZJQ0FUR)[\w+/=-]{8,}/g;

/**
 * A bootstrap token of kubeadm by itself: digits and letters in its second half, by turns or a digit first, which a domain's name with a number at its end
 * has not. An event is called so too, behind the dot by its time in hex, of the years 2016 to 2035.
 */
const BOOTSTRAP =
  /(?<![\w.-])[a-z0-9]{6}\.(?!1[4-9a-c][0-9a-f]{14}|\d{16})(?=\d|[a-z]{1,13}\d{1,13}[a-z]{1,13}\d)[a-z0-9]{16}(?![\w-]|\.\w)/g;

/** Each of the shapes below has one of these in it; hardly a name has. */
const SHAPED = /[ :=%]|\.[a-z0-9]{16}|eyJ|ZXlK|A[KSI][Iz]|gh[pousr]_|_pat_|sk[-_]|glpat|xox|ya29|hv[sb]\.|npm_|KEY-|LS0t/;

/** Whether there is anything in it, or in a line of it, that such a secret could have. */
export function mayBeShaped(text: string): boolean {
  return SHAPED.test(text);
}

/** The text with a mark in the place of each. */
export function hidePatterns(text: string): string {
  if (!mayBeShaped(text)) return text;
  const begun = text
    .replace(/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/gs, MARK)
    .replace(/eyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, MARK)
    .replace(TOKENS, MARK)
    .replace(BOOTSTRAP, MARK)
    // The same in base64 once more, as in a Secret's data.
    .replace(/ZXlK[\w+/-]{16,}={0,2}/g, MARK)
    .replace(/\b((?:set-)?cookie["']?\s*[:=]\s*["']?[^\s=;,"']{1,64}=)([^\s;,"']+)/gi, keepWords);
  return withoutUsers(begun)
    .replace(/\b((?:bearer|basic)(?: |%20))([^\s"',;]+)/gi, keepWords)
    .replace(/\b(authorization["']?\s*[:=]\s*["']?[a-z-]{3,16}\s)(?=[^\s"',;]{0,64}\d)([^\s"',;]{8,})/gi, keepWords)
    .replace(/\b(authorization["']?\s*[:=]\s*["']?)([^\s"',;]+)/gi, keepWords)
    .replace(SECRET_FLAGS, keepWords)
    .replace(USER_FLAGS, keepWords)
    .replace(HANDED_ON, keepWords)
    .replace(VARIABLES, keepWords)
    .replace(STRUCTS, keepWords)
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
    /^[<[({]/.test(value) ||
    /^\$(?:[({]|[A-Z_][A-Z\d_]*$)/.test(value) ||
    // A path; but a key of AWS may begin so, in which letters of both kinds and digits stand in one part.
    (value.startsWith('/') && !/[^/.-]{16}/.test(value.replace(/[a-z]{4,}|[A-Z]{4,}/g, '-'))) ||
    value === '%s' ||
    value === 'kubelet-doctor';
  return speech ? all : `${before}${MARK}`;
}
