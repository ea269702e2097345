import { errorMessage, UsageError } from '../base/errors.ts';
import { flag, mapped, parseShaped, record, type Shape, text } from '../config/shape.ts';
import type { Control } from './index.ts';
import { parseFault, parseSettings } from './seed/file.ts';
import { durationOf, timeOf } from './seed/time.ts';
import { versionIdsToStages } from './services/secrets-manager/versions.ts';
import { keysOf } from './state/keys.ts';
import type { Account } from './state/model.ts';

/** The path below which the sandbox listens to whoever runs it, not to AWS clients. */
export const CONTROL_PATH = '/_sandbox/';

export interface ControlAnswer {
  status: number;
  body: unknown;
}

interface ClockOrder {
  set?: number;
  advance?: number;
  frozen?: boolean;
}

const clockOrder: Shape<ClockOrder> = record<ClockOrder>({
  set: mapped(text, (given) => timeOf(given, Number.NaN)),
  advance: mapped(text, durationOf),
  frozen: flag,
});

/**
 * GET state, journal, clock, messages?account=, credentials?account=&user=; POST clock, settings, faults, reset; DELETE faults.
 * Bodies are JSON or YAML, in the words of a seed file. Credentials are the one answer that holds secrets: they are good for nothing
 * but this sandbox, and gone with it.
 */
export function answerControl(control: Control, method: string, target: string, body: string): ControlAnswer {
  const { pathname, searchParams } = new URL(target, 'http://sandbox');
  const order = `${method} ${pathname.slice(CONTROL_PATH.length)}`;
  try {
    switch (order) {
      case 'GET state':
        return ok(stateOf(control));
      case 'GET journal':
        return ok(control.journal);
      case 'GET clock':
        break;
      case 'GET messages':
        return ok(messagesOf(control, searchParams.get('account') ?? firstAccount(control)));
      case 'GET credentials':
        return ok(
          control.keysOf(
            searchParams.get('account') ?? firstAccount(control),
            searchParams.get('user') ?? '',
          ),
        );
      case 'POST clock':
        turnClock(control, parseShaped(body, 'request', clockOrder));
        break;
      case 'POST settings':
        Object.assign(control.settings, parseSettings(body, 'request'));
        return ok(control.settings);
      case 'POST faults':
        control.faults.add(parseFault(body, 'request'));
        break;
      case 'DELETE faults':
        control.faults.clear();
        break;
      case 'POST reset':
        control.reset();
        break;
      default:
        return { status: 404, body: { error: `no such control request: ${order}` } };
    }
    return ok({ now: new Date(control.clock.now()).toISOString() });
  } catch (error) {
    if (error instanceof UsageError || error instanceof RangeError)
      return { status: 400, body: { error: errorMessage(error) } };
    throw error;
  }
}

function ok(body: unknown): ControlAnswer {
  return { status: 200, body };
}

function turnClock({ clock }: Control, { set, advance, frozen }: ClockOrder): void {
  if (frozen === true) clock.freeze();
  if (frozen === false) clock.run();
  if (set !== undefined) clock.set(set);
  if (advance !== undefined) clock.advance(advance);
}

/** What a person wants to see of the state. No secrets. */
function stateOf({ world, clock }: Control): unknown {
  return {
    now: new Date(clock.now()).toISOString(),
    accounts: [...world.accounts.values()].map((account) => ({
      id: account.id,
      name: account.name,
      users: [undefined, ...account.users.keys()].map((name) => ({
        name: name ?? '<root_account>',
        keys: keysOf(account, name).map((key) => ({
          id: key.id,
          status: key.status,
          created: new Date(key.createdAt),
          lastUsed: key.lastUsed && { ...key.lastUsed, at: new Date(key.lastUsed.at) },
        })),
      })),
      secrets: secretsOf(account),
    })),
  };
}

function secretsOf({ secrets }: Account): unknown[] {
  return [...secrets].flatMap(([region, ofRegion]) =>
    [...ofRegion.values()].map((secret) => ({
      name: secret.name,
      region,
      versions: Object.fromEntries(versionIdsToStages(secret)),
      deletion: secret.deletionAt === undefined ? undefined : new Date(secret.deletionAt),
    })),
  );
}

/** What was published, oldest first within a topic. */
function messagesOf({ world }: Control, account: string): unknown[] {
  const topics = world.accounts.get(account)?.topics.values() ?? [];
  return [...topics].flatMap(({ arn, messages }) =>
    messages.map(({ at, ...message }) => ({ topic: arn, at: new Date(at), ...message })),
  );
}

function firstAccount({ world }: Control): string {
  return [...world.accounts.keys()][0]!;
}
