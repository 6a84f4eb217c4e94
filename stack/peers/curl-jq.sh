#!/usr/bin/env bash
# What many teams have in place of a tool: PUT every template of a folder with curl and jq.
#   KAFKA_CONNECT_URL=http://localhost:8083 CURL_RETRY=5 curl-jq.sh FOLDER
set -uo pipefail

failed=0
for file in "$1"/*.json; do
  name=$(jq -r .name "$file")
  jq .config "$file" |
    curl --silent --show-error --fail --output /dev/null \
      --retry "${CURL_RETRY:-0}" --retry-all-errors \
      --request PUT --header 'Content-Type: application/json' --data @- \
      "$KAFKA_CONNECT_URL/connectors/$name/config" || failed=1
done
exit "$failed"
