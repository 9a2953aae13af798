/** `kubelet-doctor script`: what the agent's own pod can be asked, as a shell script for an image that has no program of ours. */
import { MOUNTED_CA, MOUNTED_TOKEN, SERVICE_ACCOUNT_DIRECTORY } from '../../kubernetes/service-account.js';
import { questionsOf } from '../../profiles/access.js';
import { KNOWN_SETTINGS } from '../../profiles/datadog-settings.js';
import { findProfile } from '../../profiles/index.js';
import { resolveProfile, variablesOf } from '../../profiles/resolve.js';
import type { Profile } from '../../profiles/types.js';
import { DEFAULTS } from '../../setup/options.js';
import { bodyOfReview } from '../apiserver/rights.js';
import { HEAD } from './answers.js';
import { AGENT_FILE, AUTHORITIES, FILES, FOLDERS, LENGTHS, OLD_NAMES, SOCKETS, valuesOf } from './looks.js';
import { FUNCTIONS } from './shell.js';
import { WHAT } from './shell-asks.js';
import { LOOKS } from './shell-looks.js';

/** Long enough for six silent servers, and no longer than anyone waits. */
const LIMIT_SECONDS = 90;

/** The whole script. */
export function scriptText(version: string): string {
  const profile = findProfile(DEFAULTS.profile) as Profile;
  const flat = KNOWN_SETTINGS.filter(({ key }) => !key.includes('.')).map(({ key }) => key);
  const [always, others] = reviewsOf(profile);
  return `${[
    '#!/bin/sh',
    `# kubelet-doctor script ${version}: asks the kubelet and the apiserver what the`,
    "# agent's own pod can ask, and prints the answers. It reads, and changes nothing.",
    '# The token goes through curl (or openssl) to servers that its CA verifies, by',
    '# standard input, and is never printed.',
    '#   kubectl -n NAMESPACE exec -i AGENT_POD -c agent -- sh < ask.sh |',
    '#     kubelet-doctor read -',
    '# shellcheck disable=SC2016,SC2086,SC2153,SC2154',
    'LC_ALL=C; export LC_ALL',
    'PATH="$PATH:/opt/datadog-agent/embedded/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"; export PATH',
    "R=''",
    `LIMIT=${LIMIT_SECONDS}`,
    "NEWLINE='\n'",
    `TIMES='%{stderr}@time %{time_total}\\n'`,
    FUNCTIONS,
    LOOKS,
    '',
    'main() {',
    "  BEGAN=$(now); NAMED=''; SKIPS=''; TOKEN=''; ADDRESS=''; PORT=''; METRICS=''; DENIED=''; KUBELET=''; APISERVER=''; name=''; out=''",
    `  echo '${HEAD}'`,
    '  say "began $BEGAN"',
    '  say host; { cat "$R/proc/sys/kernel/hostname" 2>/dev/null || hostname; } | body',
    '  say env',
    `  for name in ${valuesOf(profile).join(' ')}; do value "$name"; done`,
    '  service=$(service_variable); [ -z "$service" ] || for name in "$service"_HOST "$service"_PORT; do value "$name"; done',
    // A name alone, and of ours: the lines of another's value may look like one.
    "  say names; env | sed -n 's/^\\(DD_[A-Z0-9_]*\\)=..*/\\1/p' | body",
    `  for name in ${OLD_NAMES.join(' ')}; do eval "v=\\$$name"; [ -z "$v" ] || echo "$name"; done | body`,
    ...LENGTHS.map((name) => `  [ -z "$${name}" ] || say "length ${name} $(printf '%s' "$${name}" | wc -c | tr -d ' ')"`),
    `  for path in ${FILES.join(' ')}; do file "$path"; done`,
    `  for path in ${FOLDERS.join(' ')}; do folder "$path"; done`,
    `  for path in ${SOCKETS.join(' ')} "$DD_CRI_SOCKET_PATH" $(filed cri_socket_path); do there "$path"; done`,
    '  first_process',
    `  settings="^(${flat.join('|')}): *[^ ]"`,
    `  if [ -r "$R${AGENT_FILE}" ]; then say "file ok ${AGENT_FILE}"; grep -E "$settings" "$R${AGENT_FILE}" | sed 's#//[^@ ]*@#//#g' | body; else file ${AGENT_FILE}; fi`,
    `  KUBELET_CA=\${DD_KUBELET_CLIENT_CA:-${MOUNTED_CA}}; APISERVER_CA=\${DD_KUBERNETES_APISERVER_CA_PATH:-${MOUNTED_CA}}`,
    `  file ${MOUNTED_CA} certificates`,
    `  for path in "$KUBELET_CA" "$APISERVER_CA"; do [ "$path" = ${MOUNTED_CA} ] || file "$path" certificates; done`,
    `  for path in ${AUTHORITIES.filter((path) => path !== MOUNTED_CA).join(' ')}; do [ ! -e "$R$path" ] || file "$path" certificates; done`,
    `  token ${MOUNTED_TOKEN}; APISERVER_TOKEN=$TOKEN; KUBELET_TOKEN=$TOKEN`,
    '  NODE=$(printf \'%s\' "$claims" | sed -n \'s/.*"node":{"name":"\\([^"\\\\]*\\)".*/\\1/p\')',
    '  if [ -n "$DD_KUBELET_AUTH_TOKEN_PATH" ]; then token "$DD_KUBELET_AUTH_TOKEN_PATH"; KUBELET_TOKEN=$TOKEN; fi',
    "  CRT=$DD_KUBELET_CLIENT_CRT; KEY=$DD_KUBELET_CLIENT_KEY; FITS=''",
    '  if [ -n "$CRT" ] && [ -n "$KEY" ]; then file "$CRT" certificates; key "$KEY" "$CRT"; fi',
    '  if [ -n "$DD_KUBERNETES_KUBECONFIG_PATH" ]; then skip "the apiserver: $DD_KUBERNETES_KUBECONFIG_PATH names the server that the agent asks, and holds a credential: it is not read"; fi',
    `  [ -e "$R${MOUNTED_TOKEN}" ] || neighbours`,
    '  POD=$(printf \'%s\' "$claims" | sed -n \'s/.*"pod":{"name":"\\([^"\\\\]*\\)".*/\\1/p\')',
    '  [ -z "$NODE_NAME" ] || NODE=$NODE_NAME',
    '  [ -z "$DD_KUBERNETES_KUBELET_NODENAME" ] || NODE=$DD_KUBERNETES_KUBELET_NODENAME',
    `  NS=$(cat "$R${SERVICE_ACCOUNT_DIRECTORY}/namespace" 2>/dev/null)`,
    // As Go reads them, and not as curl does.
    '  [ -z "$HTTPS_PROXY" ] || https_proxy=$HTTPS_PROXY; [ -z "$NO_PROXY" ] || no_proxy=$NO_PROXY; export https_proxy no_proxy',
    '  unset ALL_PROXY all_proxy; HTTPS_PROXY=$https_proxy; NO_PROXY=$no_proxy',
    '  [ -n "$DD_KUBERNETES_KUBECONFIG_PATH" ] || apiserver',
    '  kubelet; rights; more; cluster_agent',
    "  echo '@@ end'",
    '}',
    '',
    WHAT,
    'rights() {',
    '  [ -n "$APISERVER" ] && [ -n "$APISERVER_TOKEN" ] || return',
    '  to_apiserver',
    ...always.map((body) => `  may '${body}'`),
    `  [ -n "${variablesOf(profile)
      .map((name) => `$${name}`)
      .join('')}" ] || return`,
    ...others.map((body) => `  may '${body}'`),
    '}',
    '',
    'main </dev/null',
  ].join('\n')}\n`;
}

/** Of what an agent may need: what every one does, and what only some settings ask for. */
function reviewsOf(profile: Profile): [string[], string[]] {
  const bodies = (asked: string[], lock?: string) => {
    const { needs, otherLock = [] } = resolveProfile(profile, {
      source: 'built in',
      asked,
      environment: lock ? { DD_LEADER_ELECTION_DEFAULT_RESOURCE: lock } : {},
      kubeletVersions: [],
      namespace: { value: 'NS', from: '' },
      inDepth: false,
    });
    const questions = [...needs, ...otherLock].flatMap(questionsOf);
    return questions.map((question) =>
      JSON.stringify(
        bodyOfReview({ ...question, ...(question.resource === 'nodes' && question.subresource !== undefined && { name: 'NODE' }) }),
      )
        .replace('"NODE"', `"'"$NODE"'"`)
        .replace('"NS"', `"'"$NS"'"`),
    );
  };
  const always = [...new Set(bodies([]))];
  const all = [...bodies(['all']), ...bodies(['all'], 'lease')];
  return [always, [...new Set(all)].filter((body) => !always.includes(body))];
}
