#!/bin/sh
# Install into .venv what a target needs: tools/install.sh demo|test|lint|bench|calibrate
# Once per state of pyproject.toml, constraints.txt, tools/detention_sim.py, Python and this folder; with the stamp, nothing is fetched.
set -eu

target=$1
users=view,plots,analysis # the extras that figures, the page and every command need
case $target in # each set contains the one before, so it stamps that too
    demo) extras="$users" covered="demo" ;;
    test) extras="$users,cluster,test" covered="demo test" ;;
    lint) extras="$users,cluster,test,dev" covered="demo test lint" ;;
    bench) extras="$users,cluster,test,dev,bench" covered="demo test lint bench" ;;
    calibrate) extras="$users,cluster,test,dev,bench,calibrate" covered="demo test lint bench calibrate" ;;
    *) echo "tools/install.sh: no target $target" >&2; exit 2 ;;
esac

python=$(tools/python.sh)
hash=$("$python" -c '
import hashlib, os, pathlib, sys
state = [sys.version, os.getcwd()] + [pathlib.Path(name).read_text("utf-8") for name in sys.argv[1:]]
print(hashlib.sha256("\n".join(state).encode()).hexdigest()[:16])' pyproject.toml constraints.txt tools/detention_sim.py)
[ -e ".venv/.ok-$target-$hash" ] && exit 0

version='import sys, pip; print(sys.version)'
if [ "$(.venv/bin/python -c "$version" 2>/dev/null)" != "$("$python" -c 'import sys; print(sys.version)')" ]; then
    "$python" -m venv --clear .venv
fi
rm -f .venv/.ok-*

echo "Installing into .venv (once, about a minute) ..." >&2
# Both variables: pip before 25.3 builds under the first, later ones under the second.
PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
    .venv/bin/python -m pip install -q -q --disable-pip-version-check --editable ".[$extras]"
for name in $covered; do
    : >".venv/.ok-$name-$hash"
done
