a=(3 1 2)
declare -A m=([x]=1 [y]=2)
echo "${a[@]}" ${#a[@]} "${m[x]}" $((2 ** 62)) ${BASH_VERSINFO[0]}
f() { local x=$1; ((x <= 1)) && echo 1 || echo $((x * $(f $((x - 1))))); }
f 6
printf '%05.1f %q\n' 3.14159 'a b'
[[ abc =~ ^a(.)c ]] && echo "${BASH_REMATCH[1]}"
while read -r x; do echo "<$x>"; done <<<$'one\ntwo'
trap 'echo bye' EXIT
(exit 3); echo $?
mapfile -t lines < <(printf '%s\n' p q); echo "${lines[1]}"
(kill -TERM $BASHPID) & wait $!; echo $?
set -o pipefail; false | true; echo $?
coproc { read -r l; echo "got $l"; }; echo hi >&"${COPROC[1]}"; read -r r <&"${COPROC[0]}"; echo "$r"; wait
trap 'echo usr1' USR1; kill -USR1 $$
exec 5>fd5; echo five >&5; exec 5>&-; read -r v <fd5; echo "$v"
shopt -s extglob globstar; echo tree/**; echo !(*s|b*|script*|fd5)
for ((i = 0; i < 3; i++)); do echo -n "$i "; done; echo "${a[*]/1/one}" "${a[0]@Q}" "${v^^}"
ulimit -n; umask; type -t cd; cat <<EOT
$((1 + 1)) $(echo sub)
EOT
timeout 0.1 sleep 5; echo $?
