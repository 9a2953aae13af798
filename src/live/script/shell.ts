/**
 * The parts of the script that stay the same. Plain POSIX sh, for dash and busybox: no file is written, and no brace follows a dollar sign, so that
 * the text stands here as it runs. Each block is `@@ KIND ARGUMENTS`, then lines that begin with `|`, so no server's words are taken for a block.
 */
export const FUNCTIONS = String.raw`
say() { printf '@@ %s\n' "$*"; }
body() { tr -d '\000-\010\013-\037\177' | sed 's/^/|/'; echo; }
now() { date +%s; }
have() { command -v "$1" >/dev/null 2>&1; }
over() { [ "$(($(now) - BEGAN))" -gt "$LIMIT" ]; }
skip() { case $SKIPS in *"<$*>"*) return ;; esac; SKIPS="$SKIPS<$*>"; say "skipped $*"; }
inside() { if have timeout; then timeout "$@"; else shift; "$@"; fi; }
certificates() { sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p'; }

dns() {
  case $1 in ''|*:*|*[!A-Za-z0-9._-]*) return ;; *[!0-9.]*) ;; *) return ;; esac
  case " $NAMED " in *" $1 "*) return ;; esac
  NAMED="$NAMED $1"
  have getent || { skip "names in DNS: no getent in this container"; return; }
  began=$(now)
  found=$(inside 6 getent ahosts "$1" </dev/null 2>/dev/null; echo "@exit $?")
  say "dns $1 $(($(now) - began))"
  printf '%s\n' "$found" | body
}

# Of the handshake nothing that belongs to the session: its keys are left out.
shake() {
  have openssl || { skip "certificates of servers: no openssl in this container"; return; }
  name=$(printf '%s' "$1" | sed -e 's/:[0-9]*$//' -e 's/^\[//' -e 's/\]$//')
  case $name in *:*) sni=-noservername ;; *[!0-9.]*) sni="-servername $name" ;; *) sni=-noservername ;; esac
  trust=''
  [ -n "$2" ] && grep -q "BEGIN CERTIFICATE" "$R$2" 2>/dev/null && trust="-CAfile $R$2 -partial_chain"
  # Through a proxy, where curl has just gone through one.
  via=''
  case $out in *'CONNECT tunnel established'*|*'Proxy replied 2'*)
    via=$HTTPS_PROXY; [ -n "$via" ] || via=$https_proxy
    case $via in *@*) skip "the certificate of $1: the proxy wants a password"; return ;; esac
    via="-proxy $(printf '%s' "$via" | sed -e 's#^[a-z]*://##' -e 's#/.*##')" ;;
  esac
  say "tls $1 $(now)"
  { inside 5 openssl s_client -connect "$1" $via $sni $trust -no_ssl3 -no_tls1 -no_tls1_1 -showcerts </dev/null 2>&1; echo "@exit $?"; } |
    sed -n -e '/^-----BEGIN CERT/,/^-----END CERT/p' -e '/^CONNECTED/p' -e '/errno/p' -e '/[:]error:/p' -e '/^New, /p' \
      -e '/^ *Verify return code/p' -e '/^Requested Signature/p' -e '/^@exit/p' | body
}

# Of curl's own words those on the connection: others may quote a proxy's password.
WORDS='^(@|curl: |[*] +(Trying|Connected|connect|Immediate|Could not|After|Connection|CONNECT|Proxy replied|Received HTTP|Recv|Empty|Operation))'

# ask TARGET anonymous|token|certificate METHOD PATH [BODY]: SERVER, CA and TOKEN are those of the target.
ask() {
  over && { skip "$1: the time is over"; return; }
  [ "$2" != token ] || [ -n "$TOKEN" ] || return
  [ "$2" = anonymous ] || [ -r "$R$CA" ] || { skip "$1 with the $2: no CA file to verify the server with"; return; }
  have curl || have openssl || { skip "$1: no curl and no openssl in this container"; return; }
  case $4 in /metrics|/api/v1/nodes/*|/apis/[dcr]*) most=1048576 ;; *) most=65536 ;; esac
  began=$(now)
  out=$(
    {
      { echo '@wire' >&5; wire "$@" 2>&5; echo "@exit $?" >&5; } | kept "$4" "$most"
    } 5>&1
  )
  say "http $(printf '%s' "$SERVER" | cut -c 9-) $2 $3 $began $4 $5"
  printf '%s\n' "$out" | sed -E -e '1,/^@exit /{' -e "/$WORDS/!d" -e '}' | body
  case $out in *'@exit 28'*) return 28 ;; *'@exit 0'*) return 0 ;; *) return 1 ;; esac
}

# The token goes in by standard input: no list of processes shows it. It goes to a server alone that CA verifies.
wire() {
  have curl || { alone "$@"; return; }
  set -- "$2" "$3" "$SERVER$4" "$5"
  CURL="curl -q -g -sS -i --http1.1 --suppress-connect-headers --connect-timeout 4 -m 6 -A kubelet-doctor"
  # shellcheck disable=SC2086
  case $1$2 in
    anonymousGET) $CURL -v -k -H 'Accept: application/json, */*' -w "$TIMES" "$3" </dev/null ;;
    certificateGET) $CURL --cert "$R$CRT" --key "$R$KEY" --cacert "$R$CA" -H 'Accept: application/json, */*' -w "$TIMES" "$3" </dev/null ;;
    tokenGET) bearer | $CURL -K - --cacert "$R$CA" -H 'Accept: application/json, */*' -w "$TIMES" "$3" ;;
    tokenPOST) bearer | $CURL -K - --cacert "$R$CA" -H 'Accept: application/json' -H 'Content-Type: application/json' \
      -H 'Expect:' --data-binary "$4" -w "$TIMES" "$3" ;;
  esac
}
# Without curl: HTTP/1.0 by openssl, which ends the connection where a certificate does not verify.
alone() {
  to=$(printf '%s' "$SERVER" | cut -c 9-)
  name=$(printf '%s' "$to" | sed -e 's/:[0-9]*$//' -e 's/^\[//' -e 's/\]$//')
  case $name in *:*|*[!0-9.]*) is="-verify_hostname $name -servername $name" ;; *) is="-verify_ip $name -noservername" ;; esac
  case $name in *:*) is="-verify_ip $name -noservername" ;; esac
  if [ "$2" = anonymous ]; then is=-noservername; else is="$is -verify_return_error -CAfile $R$CA -partial_chain"; fi
  [ "$2" != certificate ] || is="$is -cert $R$CRT -key $R$KEY"
  said=$({
    printf '%s %s HTTP/1.0\r\nHost: %s\r\nAccept: application/json\r\n' "$3" "$4" "$to"
    [ "$2" != token ] || printf 'Authorization: Bearer %s\r\n' "$TOKEN"
    [ -z "$5" ] || printf 'Content-Type: application/json\r\nContent-Length: %s\r\n' "$(printf '%s' "$5" | wc -c | tr -d ' ')"
    printf '\r\n%s' "$5"
  } | { inside 6 openssl s_client -connect "$to" $is -no_ssl3 -no_tls1 -no_tls1_1 -quiet 2>/dev/null; ended=$?; echo; echo "@exit $ended"; })
  printf '%s\n' "$said" | sed '$d'
  case $said in
    'HTTP/'*) return 0 ;;
    *'@exit 124') return 28 ;;
    *) return 56 ;;
  esac
}
bearer() { printf 'header = "Authorization: Bearer %s"\n' "$TOKEN"; }

# Of an answer what checks read: a list of pods and a configuration hold the secrets of others.
kept() {
  answer=$(head -c "$2" | tr -d '\r'; cat >/dev/null)
  head=$(printf '%s\n' "$answer" | sed '/^$/q')
  printf '%s\n' "$head" | grep -i -E '^(HTTP/|(date|server|via|content-type|audit-id|retry-after|www-authenticate|x-kubernetes-pf-[a-z-]*|x-squid-error|proxy-[a-z]*):)' | cut -c 1-200
  echo
  text=$(printf '%s\n' "$answer" | sed '1,/^$/d')
  case $(printf '%s\n' "$head" | sed -n '1s/^HTTP[^ ]* //p') in
    2*)
      case $1 in
        /pods) pods ;;
        /configz) configz ;;
        /stats/summary) printf '%s' "$text" | head -c 600 | tr -d '\n ' | sed -n 's/^\({"node":{"nodeName":"[^"]*"\).*/\1/p' ;;
        /metrics*) printf '%s\n' "$text" | head -n 4
          printf '%s\n' "$text" | sed -n 's/^\(rest_client_requests_total\){.*\(host="[^"]*"\).*/\1{\2} 1/p' | sort -u | head -n 3 ;;
        /api/v1/namespaces/*/pods/*) labels ;;
        /api/v1/nodes/*) printf '%s\n' "$text" | sed -E 's/"annotations":\{("([^"\\]|\\.)*":"([^"\\]|\\.)*",?)*\}/"annotations":{}/g' ;;
        *) printf '%s\n' "$text" ;;
      esac | sed -E -e 's/eyJ[A-Za-z0-9_-]{6,}[.][A-Za-z0-9_-]{6,}[.][A-Za-z0-9_-]*/(left out)/g' -e 's/([Bb]earer |[Pp]assword[=:] *)[^ ",]+/\1(left out)/g' ;;
    *) refusal ;;
  esac
}
pods() {
  case $text in
    '{"kind":"PodList"'*) ;;
    *) printf '%s' "$text" | head -c 200 | tr -d '\n ' | sed -n -e 's/^{\("apiVersion":"[^"]*",\)\{0,1\}"kind":"\([A-Za-z]*\)".*/{"kind":"\2"}/p' -e 's/^\(<[!A-Za-z]*\).*/\1 /p'; return ;;
  esac
  names=$(printf '%s' "$text" | grep -o '"nodeName":"[^"\\]*"' | sed -e 's/.*/{"spec":{&}}/' | tr '\n' ',' | sed 's/,$//')
  printf '{"kind":"PodList","apiVersion":"v1","items":[%s]' "$names"
  case $text in *'}') echo '}' ;; esac
}
labels() {
  labels=$(printf '%s' "$text" | sed -n 's/.*"labels":\({[^}]*}\).*/\1/p')
  case $text in *'"hostNetwork":true'*) host=true ;; *) host=false ;; esac
  [ -n "$labels" ] && printf '{"kind":"Pod","apiVersion":"v1","metadata":{"labels":%s},"spec":{"hostNetwork":%s}}\n' "$labels" "$host"
}
configz() {
  of() { printf '%s' "$text" | tr -d '\n' | sed -n "s/.*$1.*/\\1/p"; }
  case $text in '{"kubeletconfig":{'*) ;; *) return ;; esac
  anonymous=$(of '"anonymous":{"enabled":\([a-z]*\)')
  webhook=$(of '"webhook":{"enabled":\([a-z]*\)')
  mode=$(of '"authorization":{"mode":"\([A-Za-z]*\)"')
  ca=$(of '"clientCAFile":"\([^"\\]*\)"')
  port=$(of '"readOnlyPort":\([0-9]*\)')
  [ -n "$anonymous" ] && anonymous='"anonymous":{"enabled":'"$anonymous"'},'
  [ -n "$webhook" ] && webhook='"webhook":{"enabled":'"$webhook"'},'
  [ -n "$mode" ] && mode='"authorization":{"mode":"'"$mode"'"},'
  [ -n "$port" ] || port=0
  printf '{"kubeletconfig":{"authentication":{%s%s"x509":{"clientCAFile":"%s"}},%s"readOnlyPort":%s}}\n' "$anonymous" "$webhook" "$ca" "$mode" "$port"
}
refusal() {
  case $text in *"$TOKEN"*) [ -z "$TOKEN" ] || text='(left out: the answer repeats the token)' ;; esac
  printf '%s' "$text" | head -c 600 | sed -E -e 's/[A-Za-z0-9_+=/]{30,}/(left out)/g' -e 's/([Bb]earer|[Pp]assword[=:]) *[^ ]+/\1 (left out)/g'
}
`.trim();
