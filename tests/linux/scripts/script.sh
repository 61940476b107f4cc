x=1
while [ $x -lt 5 ]; do x=$((x + 1)); done
echo $x
(echo sub; exit 2); echo $?
case abc in a*c) echo yes ;; esac
set -- one "two three"; for w; do echo "<$w>"; done
echo "${1#o} ${2%e} ${3:-none} ${#2}"
{ echo out; echo err >&2; } 2>&1 | while read -r l; do echo "[$l]"; done
trap 'echo end' 0
