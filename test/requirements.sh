#!/usr/bin/env bash
# Installs what the tests need beside Node, or names it. Run by `npm test`.
set -euo pipefail

missing=()
for command in openssl chromium; do
  command -v "$command" >/dev/null || missing+=("$command")
done
[ ${#missing[@]} -eq 0 ] && exit 0

install() {
  export DEBIAN_FRONTEND=noninteractive
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null &&
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

install || {
  echo "The tests need: ${missing[*]}. On Debian: sudo apt-get install ${missing[*]}" >&2
  exit 1
}
