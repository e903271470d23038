# Ends all processes that carry $1 in their environment as soon as the input ends, and tells their ids.
trap '' INT HUP TERM
while read -r line; do :; done
signal=TERM
while marked=$(grep -lsxzF -e "$1" /proc/[0-9]*/environ | cut -d/ -f3) && [ -n "$marked" ]; do
    kill -$signal $marked 2>/dev/null
    [ $signal = KILL ] || echo $marked
    sleep 2
    signal=KILL
done
