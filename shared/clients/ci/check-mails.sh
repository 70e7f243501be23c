#!/usr/bin/env bash
# check-mails.sh WAYBILL_LOCAL: publishes what the shop would, and fails unless its customer gets the right mails.
set -euo pipefail
cd "$(dirname "$0")/.."
export WAYBILL_URL=${WAYBILL_URL:-http://127.0.0.1:8080}

# Without events of its own, and each mail also as a file in mails/.
"$1" --port "${WAYBILL_URL##*:}" --events /dev/null --mail-dir mails > waybill.log 2>&1 &
stack=$!
trap 'kill $stack; wait $stack || true' EXIT
curl --silent --output /dev/null --retry 30 --retry-delay 1 --retry-connrefused "$WAYBILL_URL/healthz" ||
    { cat waybill.log; exit 1; }

# Here, your own tests run instead: the shop's backend, with WAYBILL_URL/v1/events as the place to publish to.
publish() {
    curl --silent --show-error --fail-with-body --write-out '\n' "$WAYBILL_URL/v1/events" \
        --header 'content-type: application/cloudevents+json' --data-binary "@$1"
}
publish ci/order.json
publish ci/order.json # a retry mails nobody twice

ci/mailbox.sh 1 order=7001 kind=order.confirmed to=zoe@customers.example

# And no other: a second one might yet come. So publish another order, wait for its mail, and look again.
publish <(sed 's/7001/7002/g' ci/order.json)
ci/mailbox.sh 1 order=7002
ci/mailbox.sh 1 order=7001
