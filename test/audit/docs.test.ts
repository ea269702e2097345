import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CHECKS } from '../../src/audit/checks/index.ts';
import { SECTIONS } from '../../src/audit/types.ts';
import { CIS_EDITIONS } from '../../src/report/audit-result.ts';

/** The table between the marks of docs/AUDIT.md. */
function table(): string {
  const head = [
    'check',
    'severity',
    'what it asks for',
    ...CIS_EDITIONS.map((one) => `CIS ${one}`),
    'Security Hub',
  ];
  const rows = CHECKS.map(({ id, section, severity, title, cis, securityHub }) => [
    `\`${id}\``,
    severity,
    `${title} (${section}. ${SECTIONS[section]})`,
    ...CIS_EDITIONS.map((edition) => cis[edition] ?? ''),
    securityHub.join(', '),
  ]);
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]!.length)));
  const lines = [head, widths.map((width) => '-'.repeat(width)), ...rows].map(
    (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`,
  );
  return lines.join('\n');
}

it('docs/AUDIT.md lists every check', async () => {
  const document = readFileSync('docs/AUDIT.md', 'utf8');
  const [before, , after] = document.split(/<!-- \/?checks -->/);
  await expect(`${before}<!-- checks -->\n\n${table()}\n\n<!-- /checks -->${after}`).toMatchFileSnapshot(
    '../../docs/AUDIT.md',
  );
});

it('ids of checks are unique and fit the lists', () => {
  const ids = CHECKS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]{2,25}$/);
});
