import { groupBy } from '../base/group-by.ts';
import { failedLines, skippedLine } from './accounts.ts';
import { type AuditResult, type CheckResult, type CheckText, isOpen, type Score } from './audit-result.ts';
import {
  accountLine,
  accountRows,
  comparisonLines,
  controlsOf,
  evidenceOf,
  missingActions,
  resourceText,
  scoreText,
  standingOf,
  statusText,
  toldResults,
  verdictLine,
  whereOf,
} from './audit-summary.ts';
import { html, pageHead, raw } from './html.ts';
import { plural } from './numbers.ts';

/** Resources of a check that are listed: a page of a hundred thousand rows helps nobody. */
const RESOURCES = 500;

/** One page, complete in itself. */
export function* reportAuditHtml(result: AuditResult): Generator<string> {
  const title = `Audit of ${whereOf(result)}`;
  const told = groupBy(toldResults(result), ({ check }) => check);
  yield html`${raw(pageHead(title, STYLE))}<body>
<h1>${title}</h1>
<p class="verdict ${stateOf(result)}">${verdictLine(result)}</p>
<p>${scoreText(result.score)}</p>
<table class="scores">
<caption>Score by section</caption>
<tbody>
${raw(result.sections.map(scoreRow).join('\n'))}
</tbody>
</table>
${raw(accountTable(result))}
${raw(comparisonList(result))}
`;
  for (const { number, title: section, score } of result.sections) {
    yield html`<section><h2>${number}. ${section} <span class="quiet">${scoreText(score)}</span></h2>\n`;
    for (const check of result.checks)
      if (check.section === number) yield checkBlock(check, told.get(check.id) ?? [], result);
    yield '</section>\n';
  }
  const { name, version } = result.tool;
  const missing = missingActions(result);
  yield html`<footer>
${raw(result.notes.map((note) => html`<p>Note: ${note}</p>`).join('\n'))}
${raw(result.complete ? '' : html`<p class="unsure">Incomplete: not all could be read. ${missing.join(', ')}</p>`)}
<p>${accountLine(result)}; ${name} ${version}</p>
</footer>
</body>
</html>
`;
}

function stateOf({ results, complete }: AuditResult): string {
  if (results.some(isOpen)) return 'bad';
  return complete ? 'good' : 'unsure';
}

const BAR_WIDTH = 200;

function scoreRow({ number, title, score }: { number: number; title: string; score: Score }): string {
  const width = Math.round(((score.percent ?? 0) * BAR_WIDTH) / 100);
  const bar = html`<svg width="${BAR_WIDTH}" height="12" aria-hidden="true"><rect class="rest" width="${BAR_WIDTH}" height="12"/><rect class="done" width="${width}" height="12"/></svg>`;
  return html`<tr><th scope="row">${number}. ${title}</th><td>${raw(score.percent === undefined ? '' : bar)}</td><td>${scoreText(score)}</td></tr>`;
}

function accountTable(result: AuditResult): string {
  const { accounts } = result;
  if (accounts === undefined) return '';
  const rows = accountRows(result).map(
    ([name, score, counts]) => html`<tr><th scope="row">${name}</th><td>${score}</td><td>${counts}</td></tr>`,
  );
  const failed = failedLines(accounts).map((lines) => html`<p class="unsure">${lines.join('. ')}</p>`);
  const skipped = skippedLine(accounts);
  return html`<table class="accounts">
<caption>Accounts</caption>
<tbody>
${raw(rows.join('\n'))}
</tbody>
</table>
${raw(failed.join('\n'))}
${raw(skipped === undefined ? '' : html`<p class="quiet">${skipped}</p>`)}`;
}

function comparisonList(result: AuditResult): string {
  const [head, ...changes] = comparisonLines(result);
  if (head === undefined) return '';
  const items = changes.slice(0, RESOURCES).map((change) => html`<li>${change}</li>`);
  return html`<section><h2>${head}</h2><ul>${raw(items.join('\n'))}</ul></section>`;
}

/** What fails stands open, the rest can be opened. */
function checkBlock(check: CheckText, results: readonly CheckResult[], result: AuditResult): string {
  const { status, text, worst } = standingOf(results, result);
  const tag = { FAIL: 'bad', UNKNOWN: 'unsure', PASS: 'good', 'N/A': 'quiet' }[status];
  const fix = worst?.fix ?? check.fix;
  const rows = results
    .slice(0, RESOURCES)
    .map(
      (one) =>
        html`<tr><td>${statusText(one)}</td><td>${one.severity}</td><td title="${one.resource}">${resourceText(one)}</td><td>${evidenceOf(one)}</td><td>${raw(one.fix === undefined ? '' : html`<code>${one.fix.cli}</code>`)}</td></tr>`,
    );
  const more =
    results.length > RESOURCES ? html`<p>${plural(results.length - RESOURCES, 'more result')}</p>` : '';
  return html`<details${raw(status === 'FAIL' || status === 'UNKNOWN' ? ' open' : '')}>
<summary><span class="tag ${tag}">${text}</span> ${check.title} <span class="quiet">${check.id}</span></summary>
<p>${check.why}</p>
<p>Fix${worst?.account === undefined ? '' : ` in account ${worst.account.id}`}: ${fix.console}<br><code>${fix.cli}</code></p>
<p class="quiet">${controlsOf(check)}</p>
<div class="scroll"><table>
<thead><tr><th scope="col">Status</th><th scope="col">Severity</th><th scope="col">Resource</th><th scope="col">Evidence</th><th scope="col">Command</th></tr></thead>
<tbody>
${raw(rows.join('\n'))}
</tbody>
</table></div>
${raw(more)}
</details>
`;
}

const STYLE = `
:root { color-scheme: light dark; --bad: #b3261e; --good: #1b6e3c; --unsure: #8a5300; --quiet: #5b6470; --line: #8886; --done: #4a7fb5; --rest: #8884; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff9b93; --good: #7fd8a0; --unsure: #f2bd6a; --quiet: #a9b2bd; --done: #6fa3d8; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1200px; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .3rem; } h2 .quiet { font-weight: 400; font-size: .9rem; }
.verdict { font-size: 1.2rem; font-weight: 600; margin: 0; }
.bad { color: var(--bad); } .good { color: var(--good); } .unsure { color: var(--unsure); } .quiet { color: var(--quiet); }
caption { font-weight: 600; text-align: left; padding-bottom: .4rem; } .done { fill: var(--done); } .rest { fill: var(--rest); }
details { border-top: 1px solid var(--line); padding: .4rem 0; } summary { cursor: pointer; } details p { margin: .3rem 0; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; } details table { width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem .3rem 0; } details td { border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.tag { font-weight: 600; white-space: nowrap; } code { font-size: .9em; overflow-wrap: anywhere; }
footer { color: var(--quiet); font-size: .9rem; margin-top: 1.5rem; } footer p { margin: .2rem 0; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; } .scroll { overflow: visible; } tr { break-inside: avoid; } }
`;
