import { accountText } from './accounts.ts';
import { html, pageHead, raw } from './html.ts';
import { type KeysResult, needsAction, type ReportedAccount, type ReportedKey } from './keys-result.ts';
import {
  actionLine,
  ageOf,
  asOfLine,
  countLine,
  dayOf,
  keyIdOf,
  lastUseOf,
  policyLine,
  secretsOf,
  unreadLines,
  whereOf,
  whyOf,
} from './keys-summary.ts';

/** One page, complete in itself. */
export function* reportKeysHtml(result: KeysResult): Generator<string> {
  const title = `Access keys of ${whereOf(result)}`;
  yield html`${raw(pageHead(title, STYLE))}<body>
<h1>${title}</h1>
<p class="verdict ${stateOf(result)}">${actionLine(result)}${result.complete ? '' : '; not all could be read'}</p>
<p>${countLine(result)}</p>
${raw(gapList(result))}
${raw(histogram(result))}
`;
  if (result.keys.length > 0) {
    const columns = result.accounts === undefined ? COLUMNS : [ACCOUNT_COLUMN, ...COLUMNS];
    yield html`<div class="scroll"><table>
<caption>Every key, most urgent first</caption>
${raw(headOf(columns.map(([name]) => name)))}
<tbody>
`;
    for (const key of result.keys) yield `<tr>${columns.map(([, of]) => of(key)).join('')}</tr>\n`;
    yield '</tbody>\n</table></div>\n';
  }
  if (result.accounts !== undefined) yield accountTable(result.accounts, result.keys);
  const notes = result.notes.map((note) => html`<p>Note: ${note}</p>`).join('\n');
  const { name, version } = result.tool;
  yield html`<footer>
${raw(notes)}
<p>${policyLine(result)}</p>
<p>${asOfLine(result)}; asked by ${result.askedBy}; ${name} ${version}</p>
</footer>
</body>
</html>
`;
}

function stateOf({ keys, complete }: KeysResult): string {
  if (keys.some(({ verdict }) => needsAction(verdict))) return 'bad';
  return complete ? 'good' : 'unsure';
}

type Column = readonly [title: string, of: (key: ReportedKey) => string];

const ACCOUNT_COLUMN: Column = [
  'Account',
  ({ account }) => cell(account === undefined ? '' : accountText(account)),
];

const COLUMNS: readonly Column[] = [
  ['Verdict', (key) => html`<td><span class="tag ${tagClass(key)}">${key.verdict}</span></td>`],
  ['User', ({ principal }) => html`<th scope="row">${principal.name}</th>`],
  ['Key', (key) => html`<td><code>${keyIdOf(key)}</code></td>`],
  ['Status', ({ status }) => cell(status)],
  ['Age', (key) => html`<td class="number">${ageOf(key)}</td>`],
  ['Last used', (key) => cell(lastUseOf(key))],
  ['Due', ({ dueAt }) => html`<td class="date">${dayOf(dueAt)}</td>`],
  ['Owner', ({ owner = '' }) => cell(owner)],
  ['Secret', (key) => cell(secretsOf(key))],
  ['Why', (key) => cell(whyOf(key))],
];

function headOf(titles: readonly string[]): string {
  return `<thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`).join('')}</tr></thead>`;
}

function cell(text: string): string {
  return html`<td>${text}</td>`;
}

function tagClass({ verdict }: ReportedKey): string {
  if (needsAction(verdict)) return verdict === 'due' ? 'unsure' : 'bad';
  if (verdict === 'unknown') return 'unsure';
  return verdict === 'ok' ? 'good' : 'quiet';
}

/** Every account that was chosen, those that could not be read or were not asked among them. */
function accountTable(accounts: readonly ReportedAccount[], keys: readonly ReportedKey[]): string {
  const rows = accounts.map((account) => {
    const own = keys.filter((key) => key.account?.id === account.id);
    const name = html`<th scope="row">${accountText(account)}</th>`;
    return `<tr>${name}${accountCells(account, own)}</tr>`;
  });
  const head = headOf(['Account', 'State', 'Users', 'Keys', 'Need action', 'Notes']);
  return `<div class="scroll"><table>\n<caption>Every account</caption>\n${head}\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table></div>\n`;
}

function accountCells(account: ReportedAccount, keys: readonly ReportedKey[]): string {
  const state = (name: string, style: string) => html`<td><span class="tag ${style}">${name}</span></td>`;
  if (account.state === 'read') {
    const counts = [
      account.userCount,
      keys.length,
      keys.filter(({ verdict }) => needsAction(verdict)).length,
    ];
    const numbers = counts.map((count) => html`<td class="number">${count}</td>`).join('');
    return `${state('read', 'good')}${numbers}${cell(account.notes.join('; '))}`;
  }
  const why = account.state === 'failed' ? account.message : account.reason;
  return `${state(account.state, account.state === 'failed' ? 'bad' : 'quiet')}<td></td><td></td><td></td>${cell(why)}`;
}

function gapList(result: KeysResult): string {
  if (result.complete) return '';
  const items = unreadLines(result)
    .map((lines) => html`<li>${lines.join('. ')}</li>`)
    .join('\n');
  return `<section class="gaps"><h2>Could not be read</h2><ul>\n${items}\n</ul></section>`;
}

/** Upper ends in days; the last has none. */
const BUCKETS: readonly (readonly [label: string, below: number])[] = [
  ['under 30', 30],
  ['30 to 60', 60],
  ['60 to 90', 90],
  ['90 to 180', 180],
  ['180 to 365', 365],
  ['1 to 2 years', 730],
  ['over 2 years', Number.POSITIVE_INFINITY],
];

const BAR_WIDTH = 420;
const ROW_HEIGHT = 26;
const LABEL_WIDTH = 110;

/** Bars of active keys by age; the numbers stand beside them, so that colour and length say nothing that text does not. */
function histogram({ keys, policy }: KeysResult): string {
  const ages = keys
    .filter(({ status }) => status === 'Active')
    .flatMap(({ ageDays }) => (ageDays === undefined ? [] : [ageDays]));
  if (ages.length === 0) return '';
  let from = 0;
  const bars = BUCKETS.map(([label, below]) => {
    const count = ages.filter((age) => age >= from && age < below).length;
    const bar = { label, count, isOver: from >= policy.maxAgeDays };
    from = below;
    return bar;
  });
  const most = Math.max(...bars.map(({ count }) => count));
  const rows = bars.map(({ label, count, isOver }, at) => {
    const y = at * ROW_HEIGHT;
    const width = count === 0 ? 0 : Math.max(2, Math.round((count / most) * BAR_WIDTH));
    return html`<text class="label" x="${LABEL_WIDTH - 8}" y="${y + 17}">${label}</text><rect class="${isOver ? 'over' : 'within'}" x="${LABEL_WIDTH}" y="${y + 4}" width="${width}" height="${ROW_HEIGHT - 8}"/><text x="${LABEL_WIDTH + width + 6}" y="${y + 17}">${count}</text>`;
  });
  const width = LABEL_WIDTH + BAR_WIDTH + 60;
  return html`<figure>
<figcaption>Active keys by age in days</figcaption>
<svg viewBox="0 0 ${width} ${BUCKETS.length * ROW_HEIGHT}" width="${width}" role="img" aria-label="${bars.map(({ label, count }) => `${label}: ${count}`).join('; ')}">
${raw(rows.join('\n'))}
</svg>
</figure>`;
}

const STYLE = `
:root { color-scheme: light dark; --bad: #b3261e; --good: #1b6e3c; --unsure: #8a5300; --quiet: #5b6470; --line: #8886; --over: #c4554d; --within: #4a7fb5; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff9b93; --good: #7fd8a0; --unsure: #f2bd6a; --quiet: #a9b2bd; --over: #d9736b; --within: #6fa3d8; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1400px; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 0 0 .3rem; }
.verdict { font-size: 1.2rem; font-weight: 600; margin: 0; }
.bad { color: var(--bad); } .good { color: var(--good); } .unsure { color: var(--unsure); } .quiet { color: var(--quiet); }
.gaps { border-left: 4px solid var(--unsure); padding: .2rem 0 .2rem 1rem; margin: 1rem 0; overflow-wrap: anywhere; } .gaps ul { margin: 0; padding-left: 1.2rem; }
figure { margin: 1.5rem 0; } figcaption, caption { font-weight: 600; text-align: left; padding-bottom: .4rem; }
svg { max-width: 100%; height: auto; } svg text { font-size: 13px; fill: currentColor; } .label { text-anchor: end; }
.over { fill: var(--over); } .within { fill: var(--within); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem .35rem 0; border-bottom: 1px solid var(--line); }
thead th { white-space: nowrap; } tbody th { font-weight: 600; overflow-wrap: anywhere; }
td.number { text-align: right; white-space: nowrap; } td.date { white-space: nowrap; } code { font-size: .92em; white-space: nowrap; }
.tag { font-weight: 600; white-space: nowrap; }
footer { color: var(--quiet); font-size: .9rem; margin-top: 1.5rem; } footer p { margin: .2rem 0; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; } .scroll { overflow: visible; } tr { break-inside: avoid; } }
`;
