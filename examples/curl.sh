#!/bin/sh
# Asks with curl, as a client of OpenAI's interface does: curl.sh QUESTION
set -eu

url=${RAG_URL:-http://127.0.0.1:8420}
question=$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')
curl --silent --show-error --fail-with-body "$url/openai/v1/chat/completions" \
    --header "authorization: Bearer ${RAG_KEY:-none}" --header 'content-type: application/json' \
    --data "{\"model\": \"rag\", \"messages\": [{\"role\": \"user\", \"content\": \"$question\"}]}"
echo
