/** Of the script: whom it asks what. */
import { KUBELET_PATHS } from '../../checks/shared/kubelet.js';
import { MAX_POLICIES } from '../apiserver/egress-policies.js';

const PATHS = ['/healthz', ...Object.keys(KUBELET_PATHS).filter((path) => path !== '/healthz')];

/** Who is asked what, in the order in which the program asks. A server that is silent is asked no more. */
export const WHAT = String.raw`
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
