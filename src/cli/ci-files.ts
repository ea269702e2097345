import type { CiSystem } from './ci-systems.ts';

/** A file that `keyturn init` writes; its path is relative to the root of the repository. */
export interface CiFile {
  path: string;
  text: string;
  /** For messages: what it does. */
  purpose: string;
  /** Where a file that is there already may do the same: what to add to it by hand. */
  addition?: string;
}

/** The files of a CI system, in the order in which they are written. */
export function ciFilesFor(system: CiSystem): readonly CiFile[] {
  switch (system) {
    case 'github':
      return [{ path: '.github/workflows/keyturn.yml', text: GITHUB_WORKFLOW, purpose: SCANS }];
    case 'gitlab':
      return [
        { path: GITLAB_PATH, text: GITLAB_TEMPLATE, purpose: SCANS },
        { path: '.gitlab-ci.yml', text: GITLAB_INCLUDE, purpose: 'includes it', addition: GITLAB_INCLUDE },
      ];
    case 'none':
      return [];
  }
}

const SCANS = 'scans what a change brings';

const GITHUB_WORKFLOW = `# Scans what a push or a pull request brings, and the whole history once a week.
name: keyturn
on:
  push:
  pull_request:
  merge_group:
  schedule:
    - cron: "17 4 * * 1"
permissions:
  contents: read
jobs:
  keyturn:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          # Without the whole history, what a push brings cannot be told.
          fetch-depth: 0
          persist-credentials: false
      # OWNER: the organisation that holds the repository with keyturn's releases.
      - uses: OWNER/keyturn@v0
`;

const GITLAB_PATH = '.gitlab/keyturn.yml';

const GITLAB_INCLUDE = `include:
  - local: ${GITLAB_PATH}
`;

/** ci/gitlab.yml is this text. */
export const GITLAB_TEMPLATE = `# Scans what a push or a merge request brings, and the whole history in scheduled pipelines.
# The report is shown in merge requests and in the vulnerability report.
keyturn:
  stage: test
  image: node:22
  variables:
    # Without the whole history, what a push brings cannot be told.
    GIT_DEPTH: "0"
    # What npm installs: the address of keyturn's repository or of a release's tarball, pinned.
    KEYTURN_PACKAGE: ""
  before_script:
    - npm install --global "\${KEYTURN_PACKAGE:?is not set, see .gitlab/keyturn.yml}"
  script:
    - |
      head="\${CI_MERGE_REQUEST_SOURCE_BRANCH_SHA:-$CI_COMMIT_SHA}"
      base=
      for candidate in "$CI_MERGE_REQUEST_DIFF_BASE_SHA" "$CI_COMMIT_BEFORE_SHA"; do
        # A new branch has zeros for what was there before, and after a forced push that may be gone.
        if [ -n "$candidate" ] && git cat-file -e "$candidate^{commit}" 2>/dev/null; then
          base="$candidate"
          break
        fi
      done
      if [ -n "$base" ]; then set -- --range "$base..$head"; else set -- --history; fi
      keyturn scan "$@" --output gitlab=gl-secret-detection-report.json
  artifacts:
    when: always
    reports:
      secret_detection: gl-secret-detection-report.json
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH || $CI_COMMIT_TAG
`;
