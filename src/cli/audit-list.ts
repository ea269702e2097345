import { isFixable } from '../audit/fix.ts';
import { type Check, SECTIONS } from '../audit/types.ts';
import { controlsOf } from '../report/audit-summary.ts';

/** A line for each check; all that is known of one, when few are asked for. */
const FEW = 3;

export function listChecks(checks: readonly Check[]): string {
  const lines: string[] = [];
  let section = 0;
  for (const check of checks) {
    if (check.section !== section) {
      section = check.section;
      lines.push(`${section}. ${SECTIONS[check.section]}`);
    }
    lines.push(`  ${check.id.padEnd(26)} ${check.severity.padEnd(8)} ${check.title}`);
    const controls = controlsOf(check);
    if (checks.length > FEW) continue;
    if (controls !== '') lines.push(`    controls: ${controls}`);
    lines.push(`    why: ${check.why}`, `    fix: ${check.fix.console}`, `     or: ${check.fix.cli}`);
    if (isFixable(check)) lines.push(`     or: keyturn audit --fix ${check.id}`);
  }
  return `${lines.join('\n')}\n`;
}
