#!/bin/sh
# Print the path of the first Python that is 3.12 or later and can make a venv.
# Each candidate is run, not only looked up: a pyenv shim stands on PATH and exits 127.
set -eu

path_if_suitable() {
    "$1" -c '
import ensurepip, sys
if sys.version_info < (3, 12):
    sys.exit(1)
print(sys.executable)' 2>/dev/null </dev/null
}

for candidate in "${PYTHON:-}" python3.14 python3.13 python3.12 python3 \
    "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/3.1[2-9]*/bin/python
do
    [ -n "$candidate" ] || continue
    path_if_suitable "$candidate" && exit 0
done

echo "No Python 3.12 or later with ensurepip found: put one on PATH, or name it: make PYTHON=/path/to/python3.12" >&2
exit 1
