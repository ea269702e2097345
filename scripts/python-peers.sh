#!/usr/bin/env bash
# Installs what the conformance tests of the sandbox and the audit ask as well, into .venv. Without Python they are skipped, and say so.
# With --prowler also the auditor that test/audit/conformance compares ours with, into .venv-prowler.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null; then
  echo 'no python3: nothing will be compared with moto and botocore' >&2
  exit 0
fi
wanted=test/sandbox/conformance/requirements.txt
# It needs versions of its own of what the others need.
if [ "${1:-}" = --prowler ]; then
  python3 -m venv .venv-prowler
  .venv-prowler/bin/pip install --quiet --disable-pip-version-check prowler==5.46.0
  exit 0
fi
if cmp -s "$wanted" .venv/installed.txt; then exit 0; fi
python3 -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check -r "$wanted"
cp "$wanted" .venv/installed.txt
