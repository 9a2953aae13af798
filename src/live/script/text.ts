/** `kubelet-doctor script`: what the agent's own pod can be asked, as a shell script for an image that has no program of ours. */
import { KUBELET_PATHS } from '../../checks/shared/kubelet.js';
import { MOUNTED_CA, MOUNTED_TOKEN, SERVICE_ACCOUNT_DIRECTORY } from '../../kubernetes/service-account.js';
import { questionsOf } from '../../profiles/access.js';
import { KNOWN_SETTINGS } from '../../profiles/datadog-settings.js';
import { findProfile } from '../../profiles/index.js';
import { resolveProfile, variablesOf } from '../../profiles/resolve.js';
import type { Profile } from '../../profiles/types.js';
import { DEFAULTS } from '../../setup/options.js';
import { MAX_POLICIES } from '../apiserver/egress-policies.js';
import { bodyOfReview } from '../apiserver/rights.js';
import { HEAD } from './answers.js';
import { AGENT_FILE, AUTHORITIES, FILES, FOLDERS, LENGTHS, OLD_NAMES, SOCKETS, valuesOf } from './looks.js';
import { FUNCTIONS } from './shell.js';

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
    '  if [ -n "$DD_KUBERNETES_KUBECONFIG_PATH" ]; then skip "the apiserver: $DD_KUBERNETES_KUBECONFIG_PATH names whom the agent asks, and holds a credential: it is not read"; fi',
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

const PATHS = ['/healthz', ...Object.keys(KUBELET_PATHS).filter((path) => path !== '/healthz')];

/** Who is asked what, in the order in which the program asks. A server that is silent is asked no more. */
const WHAT = String.raw`
bracket() { case $1 in *:*) printf '[%s]' "$1" ;; *) printf '%s' "$1" ;; esac; }
to_apiserver() { SERVER=https://$APISERVER; CA=$APISERVER_CA; TOKEN=$APISERVER_TOKEN; }
to_kubelet() { SERVER=https://$KUBELET; CA=$KUBELET_CA; TOKEN=$KUBELET_TOKEN; }
may() {
  ask apiserver token POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews "$1"
  case $out in *'"allowed":false'*) DENIED=1 ;; esac
}
status() { printf '%s\n' "$out" | sed -n 's/^HTTP[^ ]* \([0-9]*\).*/\1/p' | head -n 1; }
openly() { ask apiserver anonymous GET "$1"; case $(status) in 401|403) ask apiserver token GET "$1" ;; esac; }

apiserver() {
  APISERVER=''
  [ -n "$KUBERNETES_SERVICE_HOST" ] && [ -n "$KUBERNETES_SERVICE_PORT" ] || return
  dns kubernetes.default.svc
  dns "$KUBERNETES_SERVICE_HOST"
  APISERVER=$(bracket "$KUBERNETES_SERVICE_HOST"):$KUBERNETES_SERVICE_PORT
  to_apiserver
  [ -n "$https_proxy" ] || shake "$APISERVER" "$CA"
  openly /version
  [ -z "$https_proxy" ] || shake "$APISERVER" "$CA"
  case $(status) in '') APISERVER=''; return ;; esac
  openly '/readyz?verbose'
  for version in v1 v1beta1 v1alpha1; do
    ask apiserver token POST "/apis/authentication.k8s.io/$version/selfsubjectreviews" '{"apiVersion":"authentication.k8s.io/'"$version"'","kind":"SelfSubjectReview"}'
    case $(status) in 404) ;; *) break ;; esac
  done
  case $(status) in 403|404) ask apiserver token GET /kubelet-doctor-whoami ;; esac
  [ -n "$NODE" ] || NODE=$(printf '%s\n' "$out" | sed -n 's/.*"authentication.kubernetes.io\/node-name":\["\([^"\\]*\)".*/\1/p')
  case $NODE in ''|*[!A-Za-z0-9.-]*) NODE=''; return ;; esac
  ask apiserver token GET "/api/v1/nodes/$NODE"
  ADDRESS=$(printf '%s\n' "$out" | sed -n -e 's/.*{"type":"InternalIP","address":"\([^"\\]*\)".*/\1/p' | head -n 1)
  PORT=$(printf '%s\n' "$out" | sed -n 's/.*"kubeletEndpoint":{"Port":\([0-9]*\).*/\1/p' | head -n 1)
}

kubelet() {
  name=$DD_KUBERNETES_KUBELET_HOST; [ -n "$name" ] || name=$(filed kubernetes_kubelet_host)
  port=$DD_KUBERNETES_HTTPS_KUBELET_PORT; [ -n "$port" ] || port=$(filed kubernetes_https_kubelet_port); [ -n "$port" ] || port=10250
  if [ -z "$name" ] && [ -n "$ADDRESS" ]; then name=$ADDRESS; [ -z "$PORT" ] || port=$PORT; fi
  [ -n "$name" ] || name=$NODE
  [ -n "$name" ] || return
  dns "$name"
  KUBELET=$(bracket "$name"):$port
  to_kubelet
  [ -n "$https_proxy" ] || shake "$KUBELET" "$CA"
  ask kubelet anonymous GET /pods
  ended=$?
  [ -z "$https_proxy" ] || shake "$KUBELET" "$CA"
  [ "$ended" -ne 28 ] || return
  METRICS=''; REFUSED=1
  [ -z "$FITS" ] || paths certificate
  [ -z "$REFUSED" ] || paths token
  [ -n "$TOKEN" ] || [ -n "$FITS" ] || case $out in *'HTTP/1.1 200'*) for path in PATHS; do [ "$path" = /pods ] || ask kubelet anonymous GET "$path"; done ;; esac
}

# Each path, as one of both: the kubelet takes either.
paths() {
  silent=0; REFUSED=''
  for path in PATHS; do
    ask kubelet "$1" GET "$path"
    case $? in 28) silent=$((silent + 1)) ;; esac
    [ "$silent" -lt 2 ] || break
    case $path in /metrics) METRICS=$out ;; esac
    case $(status) in 401) REFUSED=1 ;; esac
  done
}

# Without its token: what answers is what is to be known.
cluster_agent() {
  case $DD_CLUSTER_AGENT_ENABLED in 1|t|T|TRUE|true|True) ;; *) return ;; esac
  if [ -n "$DD_CLUSTER_AGENT_URL" ]; then
    to=$(printf '%s' "$DD_CLUSTER_AGENT_URL" | sed -e 's#^https://##' -e 's#/.*##')
    case $to in *://*|*@*) return ;; *]|*[!0-9:]*:*) ;; *:*) ;; *) to=$to:443 ;; esac
  else
    [ -n "$service" ] || return
    eval 'to=$'"$service"'_HOST; port=$'"$service"'_PORT'
    [ -n "$to" ] && [ -n "$port" ] || return
    to=$(bracket "$to"):$port
  fi
  case $to in *[!]A-Za-z0-9.:[-]*) return ;; esac
  dns "$(printf '%s' "$to" | sed 's/:[0-9]*$//')"
  SERVER=https://$to; CA=''; TOKEN=''
  ask other anonymous GET /version
  shake "$to" ''
}

# The same servers by other ways: for what is wrong alone.
more() {
  # Where the Node says that its kubelet is.
  if [ -n "$ADDRESS" ] && [ -n "$KUBELET" ]; then
    [ -n "$PORT" ] || PORT=$port
    out=''
    [ "$KUBELET" = "$(bracket "$ADDRESS"):$PORT" ] || shake "$(bracket "$ADDRESS"):$PORT" "$KUBELET_CA"
  fi
  if have curl; then
    for port in 10248 "$DD_KUBERNETES_HTTP_KUBELET_PORT"; do
      case $port in 10248) to=127.0.0.1 ;; *) to=$name; [ -n "$port" ] || port=10255 ;; esac
      [ -n "$to" ] || continue
      [ "$port" -gt 0 ] 2>/dev/null || continue
      got=$({ curl -q -g -sS -i -v --noproxy '*' --connect-timeout 1 -m 2 "http://$(bracket "$to"):$port/healthz" 2>&1 </dev/null; echo "@exit $?"; } | head -c 4096)
      say "plain $to:$port"; printf '%s\n' "$got" | grep -v '^[<>{}]' | head -n 40 | body
    done
  fi
  if [ -n "$APISERVER" ]; then
    to_apiserver
    [ -z "$NODE" ] || ask apiserver token GET "/api/v1/nodes/$NODE/proxy/healthz"
    [ -z "$NODE" ] || ask apiserver token GET "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/$NODE"
    ask apiserver token GET '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes&limit=5'
    ask apiserver token GET '/apis/certificates.k8s.io/v1/certificatesigningrequests?fieldSelector=spec.signerName%3Dkubernetes.io%2Fkubelet-serving&limit=100'
    if [ -n "$DENIED" ]; then
      for list in clusterrolebindings rolebindings clusterroles roles; do
        ask apiserver token GET "/apis/rbac.authorization.k8s.io/v1/$list?limit=500"
        case $(status) in 200) ;; *) break ;; esac
      done
    fi
    if [ -n "$NS" ] && [ -n "$POD" ]; then
      ask apiserver token GET "/api/v1/namespaces/$NS/pods/$POD"
      case $(status) in 200) ask apiserver token GET "/apis/networking.k8s.io/v1/namespaces/$NS/networkpolicies?limit=MOST_POLICIES" ;; esac
    fi
    for space in default "$NS"; do
      ask apiserver token POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews '{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectRulesReview","spec":{"namespace":"'"$space"'"}}'
    done
  fi
  hosts=$(printf '%s\n' "$METRICS" | sed -n 's/^rest_client_requests_total{host="\([0-9a-fA-F.:]*\)".*/\1/p')
  [ -n "$APISERVER" ] || for host in $hosts; do
    SERVER=https://$host; CA=$APISERVER_CA; TOKEN=''
    ask other anonymous GET /version
    shake "$host" "$CA"
  done
}
`
  .trim()
  .replaceAll('PATHS', PATHS.join(' '))
  .replaceAll('MOST_POLICIES', String(MAX_POLICIES))
  .concat('\n');
