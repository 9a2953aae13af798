/** Of the script: what it prints of the container that it is in. Of a secret it prints that it is there, its claims, its length, or whether it fits. */
export const LOOKS = String.raw`
# A value without the password that a proxy's may hold.
value() {
  eval "v=\$$1"
  [ -z "$v" ] || printf '%s=%s\n' "$1" "$v" | head -n 1 | sed -e 's#//[^@ ]*@#//#g' -e 's#[^ ,/@=]*@##g' | body
}

file() {
  if [ -f "$R$1" ] && [ -r "$R$1" ]; then
    say "file ok $1"
    if [ "$2" = certificates ]; then head -c 262144 "$R$1" | certificates | body; else head -c 65536 "$R$1" | body; fi
  elif [ -f "$R$1" ]; then say "file EACCES $1"
  elif [ -e "$R$1" ]; then say "file ENOTFILE $1"
  else say "file ENOENT $1"; fi
}

there() { [ -z "$1" ] || [ ! -e "$R$1" ] || [ -d "$R$1" ] || say "file ENOTFILE $1"; }
filed() { sed -n "s/^$1: *[\"']\{0,1\}\([^\"' #]*\).*/\1/p" "$R/etc/datadog-agent/datadog.yaml" 2>/dev/null | head -n 1; }

# Its name alone: arguments may hold secrets.
first_process() {
  [ -r "$R/proc/1/cmdline" ] || return
  say 'file ok /proc/1/cmdline'; tr '\000' '\n' <"$R/proc/1/cmdline" 2>/dev/null | head -n 1 | body
  say 'file ok /proc/stat'; grep '^btime ' "$R/proc/stat" 2>/dev/null | body
}

# Kubernetes names variables after a Service; a name that is none is not looked up.
service_variable() {
  v=$DD_CLUSTER_AGENT_KUBERNETES_SERVICE_NAME; [ -n "$v" ] || v=datadog-cluster-agent
  case $v in *[!A-Za-z0-9-]*|[0-9-]*) ;; *) printf '%s_SERVICE' "$v" | tr 'a-z-' 'A-Z_' ;; esac
}

# Tokens of other containers whose processes are in sight: where they are, and whose pod's.
neighbours() {
  count=0
  for p in "$R"/proc/[0-9]*; do
    [ "$count" -lt 64 ] || break
    count=$((count + 1))
    at=/root/var/run/secrets/kubernetes.io/serviceaccount/token
    [ -e "$p$at" ] || continue
    say "neighbour /proc/$(basename "$p")$at"
    grep -E ' (/etc/hosts|/dev/termination-log|[^ ]*/serviceaccount) ' "$p/mountinfo" 2>/dev/null | head -n 20 | body
  done
}

# Of a private key nothing but whether it is the certificate's.
key() {
  if [ ! -e "$R$1" ]; then say "key ENOENT $1"; return; fi
  if [ ! -f "$R$1" ]; then say "key ENOTFILE $1"; return; fi
  if [ ! -r "$R$1" ]; then say "key EACCES $1"; return; fi
  if [ ! -s "$R$1" ]; then say "key empty $1"; return; fi
  if ! grep -q 'PRIVATE KEY-----' "$R$1"; then say "key none $1"; return; fi
  if grep -q ENCRYPTED "$R$1"; then say "key encrypted $1"; return; fi
  have openssl || { skip "whether the key fits its certificate: no openssl in this container"; FITS=1; say "key fits $1"; return; }
  public=$(openssl pkey -in "$R$1" -pubout </dev/null 2>/dev/null)
  theirs=$(openssl x509 -in "$R$2" -noout -pubkey </dev/null 2>/dev/null)
  if [ -z "$public" ]; then say "key damaged $1"
  elif [ "$public" = "$theirs" ]; then FITS=1; say "key fits $1"
  else say "key other $1"; fi
}

folder() {
  say "folder $1"
  for f in "$R$1"/* "$R$1"/..[!.]*; do [ -e "$f" ] && basename "$f"; done | body
}

# Sets TOKEN, and prints what stands in it beside its signature.
token() {
  TOKEN=''; claims=''
  if [ ! -e "$R$1" ]; then say "token ENOENT $1"; return; fi
  if [ ! -f "$R$1" ]; then say "token ENOTFILE $1"; return; fi
  if [ ! -r "$R$1" ]; then say "token EACCES $1"; return; fi
  TOKEN=$(head -c 65536 "$R$1" | sed -e '1s/^[[:space:]]*//' -e '$s/[[:space:]]*$//')
  case $TOKEN in
    '') say "token EMPTY $1"; return ;;
    *"$NEWLINE"*) TOKEN=''; say "token ENEWLINE $1"; return ;;
    *[!A-Za-z0-9._~+/=-]*) TOKEN=''; say "token ENOTJWT $1"; return ;;
  esac
  case $TOKEN in *.*.*.*) ;; *.*.*) claims=$(printf '%s' "$TOKEN" | cut -d. -f2 | tr -- '-_' '+/' | decoded) ;; esac
  case $claims in
    '{'*'}') say "token jwt $1"; printf '%s\n' "$claims" | body ;;
    *) say "token opaque $1" ;;
  esac
}

decoded() {
  part=$(cat)
  while [ "$(($(printf '%s' "$part" | wc -c) % 4))" -ne 0 ]; do part="$part="; done
  if have base64; then printf '%s' "$part" | base64 -d 2>/dev/null
  elif have openssl; then printf '%s\n' "$part" | openssl base64 -d -A 2>/dev/null; fi
}
`.trim();
