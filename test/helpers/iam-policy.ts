import { readFileSync } from 'node:fs';

export interface PolicyDocument {
  Version: string;
  Statement: { Action: string[]; Resource: string }[];
}

/** The policy that docs/IAM-POLICY.md gives for a command. */
export function policyOf(command: string): PolicyDocument {
  const page = readFileSync('docs/IAM-POLICY.md', 'utf8');
  const [, json] = page.split(`<!-- policy: ${command} -->`)[1]!.split('```');
  return JSON.parse(json!.replace(/^json/, '')) as PolicyDocument;
}

export function actionsOf({ Statement }: PolicyDocument): string[] {
  return Statement.flatMap(({ Action }) => Action);
}

/** The same without one action. */
export function withoutAction(policy: PolicyDocument, action: string): PolicyDocument {
  const statements = policy.Statement.map((statement) => {
    return { ...statement, Action: statement.Action.filter((one) => one !== action) };
  });
  return { ...policy, Statement: statements.filter(({ Action }) => Action.length > 0) };
}
