#!/usr/bin/env bash
# mailbox.sh COUNT FILTER=VALUE...: waits until the mailbox of waybill-local has COUNT mails that match, and prints them as
# JSON. Fails if it has more, or not so many within half a minute. FILTER is order, shop, kind, to, state or q.
# That no further mail comes it cannot know: publish another order after the first, wait for its mail, and ask again.
set -euo pipefail
url=${WAYBILL_URL:-http://127.0.0.1:8080}/mail.json
count=$1
shift
query=()
for filter; do query+=(--data-urlencode "$filter"); done

while true; do
    mails=$(curl --silent --show-error --fail-with-body --get "$url" "${query[@]}") || { echo "$mails" >&2 && exit 1; }
    found=$(grep -o '"found":[0-9]*' <<< "$mails" | cut -d: -f2)
    if [ "$found" -eq "$count" ]; then
        printf '%s\n' "$mails"
        exit
    elif [ "$found" -gt "$count" ] || [ "$SECONDS" -ge 30 ]; then
        printf 'Expected %s mails (%s), and there are %s:\n%s\n' "$count" "$*" "$found" "$mails" >&2
        exit 1
    fi
    sleep 0.1
done
