#!/usr/bin/env bash
# Installs what the conformance tests of the sandbox compare it with, into .venv. Without Python they are skipped, and say so.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null; then
  echo 'no python3: the sandbox will not be compared with moto and botocore' >&2
  exit 0
fi
wanted=test/sandbox/conformance/requirements.txt
if cmp -s "$wanted" .venv/installed.txt; then exit 0; fi
python3 -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check -r "$wanted"
cp "$wanted" .venv/installed.txt
