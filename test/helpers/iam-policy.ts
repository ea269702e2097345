import { readFileSync } from 'node:fs';

export interface Document {
  Statement: { Action: string[] }[];
}

/** The policy that docs/IAM-POLICY.md gives under a name. */
export function policyOf(name: string): Document {
  const page = readFileSync('docs/IAM-POLICY.md', 'utf8');
  const [, json] = page.split(`<!-- policy: ${name} -->`)[1]!.split('```');
  return JSON.parse(json!.replace(/^json/, '')) as Document;
}

/** The same without one action. */
export function without(action: string, document: Document): Document {
  const Statement = document.Statement.map((statement) => {
    return { ...statement, Action: statement.Action.filter((one) => one !== action) };
  });
  return { ...document, Statement };
}
