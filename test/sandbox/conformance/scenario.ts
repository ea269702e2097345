import type { Clients } from '../../helpers/sandbox.ts';
import { normalized } from './normal.ts';

/** Calls in order, each with what earlier ones put aside. */
export interface Step {
  name: string;
  /** Returns what is to be compared. */
  call: (clients: Clients, saved: Saved) => Promise<unknown>;
}

/** What a step leaves for later ones, such as the id of a key. */
export type Saved = Record<string, string>;

export interface Outcome {
  step: string;
  output?: unknown;
  error?: { name: string; status: number | undefined };
}

/** Runs all steps; an error is an outcome like any other. */
export async function outcomesOf(
  steps: readonly Step[],
  clients: Clients,
  saved: Saved = {},
): Promise<Outcome[]> {
  const names = new Map<string, string>();
  const outcomes: Outcome[] = [];
  for (const { name, call } of steps) {
    try {
      outcomes.push({ step: name, output: normalized(await call(clients, saved), names) });
    } catch (error) {
      const { name: code, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
      // Not an answer of a service: the scenario itself is wrong.
      if ($metadata === undefined) throw error;
      outcomes.push({ step: name, error: { name: code, status: $metadata.httpStatusCode } });
    }
  }
  return outcomes;
}
