#!/bin/sh
# Print the path of a Chromium that runs: $CHROMIUM, then PATH, then, as root on Debian, the package.
set -eu

path_if_runs() {
    found=$(command -v "$1") && "$found" --version >/dev/null 2>&1 </dev/null && echo "$found"
}

search() {
    for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
        [ -n "$candidate" ] || continue
        path_if_runs "$candidate" && return 0
    done
    return 1
}

search && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium from Debian (once) ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install -y --no-install-recommends chromium; } >/dev/null 2>&1 </dev/null || true
    search && exit 0
fi
echo "No Chromium found or installable: set CHROMIUM=/path/to/chromium, or leave its tests out: make test BROWSER=no" >&2
exit 1
