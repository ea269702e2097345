import type { Clock } from '../base/clock.ts';
import { errorMessage, UsageError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { openSender } from './channels/index.ts';
import type { Sender, SenderTools } from './channels/sender.ts';
import { DeliveryError } from './delivery-error.ts';
import {
  type Accepted,
  accept,
  claim,
  type Job,
  putOff,
  release,
  settle,
  sweep,
  waitingChannels,
} from './outbox.ts';
import { type NotifyPlan, recipientKey } from './plan.ts';
import type { Redact } from './redact.ts';
import { openStateFile } from './state-file.ts';
import type { DeliveryResult, Notifier, NotifyEvent } from './types.ts';

export interface NotifierOptions {
  plan: NotifyPlan;
  /** Where what was told and what is still to be sent is kept; absolute. */
  stateFile: string;
  redact: Redact;
  tools: SenderTools;
  clock: Clock;
  log: Logger;
  /** Nothing new is sent once it is aborted. */
  signal?: AbortSignal;
}

/** Waits before another try within one `deliver`, for failures that pass. */
const SOON_MS = [1_000, 3_000];
/** So many recipients in a row whom the same channel could not reach: there is no use in trying the next. */
const DOWN_AFTER = 2;
/** What one `deliver` may take in all: a rotation waits behind it. */
const BUDGET_MS = 60_000;

/** Throws a UsageError when a secret of a channel cannot be read. */
export function createNotifier(options: NotifierOptions): Notifier {
  const { plan, stateFile, tools, log } = options;
  const senders = new Map(plan.channels.map((channel) => [channel.name, openSender(channel, tools)]));
  const state = openStateFile(stateFile, log);
  return {
    async deliver(events) {
      try {
        return await new Delivery(options, senders, state).run(events);
      } catch (error) {
        // A defect; a rotation goes on all the same.
        log.error(`nobody was told of what happened: ${errorMessage(error)}`);
        return [{ channel: '', state: 'dropped', events: events.length, error: errorMessage(error) }];
      }
    },
  };
}

class Delivery {
  readonly #options: NotifierOptions;
  readonly #senders: ReadonlyMap<string, Sender>;
  readonly #state: ReturnType<typeof openStateFile>;
  readonly #deadline: number;
  readonly #results: DeliveryResult[] = [];

  constructor(
    options: NotifierOptions,
    senders: ReadonlyMap<string, Sender>,
    state: ReturnType<typeof openStateFile>,
  ) {
    this.#options = options;
    this.#senders = senders;
    this.#state = state;
    this.#deadline = options.clock.now() + BUDGET_MS;
  }

  async run(events: readonly NotifyEvent[]): Promise<DeliveryResult[]> {
    const { plan, redact, clock } = this.#options;
    const clean = redact(events);
    const now = clock.now();
    const { accepted, busy } = await this.#state.update((state) => {
      sweep(state, now);
      return { accepted: accept(state, plan, clean, now), busy: waitingChannels(state) };
    });
    // In turn within a channel, side by side between them: a dead one takes nobody's time.
    const names = plan.channels.map(({ name }) => name).filter((name) => busy.has(name));
    await Promise.all(names.map((name) => this.#drain(name)));
    if (accepted.length === 0) return this.#results;
    const waiting = await this.#state.update(
      ({ boxes }) => new Map([...boxes].map(([key, { held }]) => [key, held.length])),
    );
    return [...this.#results, ...accepted.flatMap((each) => notSent(each, waiting))];
  }

  /** Sends what is due on one channel, until nothing is or it is down. */
  async #drain(channel: string): Promise<void> {
    const { plan, clock } = this.#options;
    const sender = this.#senders.get(channel)!;
    const capacityOf = (name: string) => (name === channel ? sender.capacity : undefined);
    let failures = 0;
    while (failures < DOWN_AFTER && !this.#isOver()) {
      const jobs = await this.#state.update((state) => claim(state, plan, capacityOf, clock.now()));
      if (jobs.length === 0) return;
      for (const job of jobs) {
        if (failures < DOWN_AFTER && !this.#isOver())
          failures = (await this.#attempt(sender, job)) ? failures + 1 : 0;
        else await this.#state.update((state) => release(state, job, clock.now()));
      }
    }
  }

  #isOver(): boolean {
    return this.#options.signal?.aborted === true || this.#options.clock.now() >= this.#deadline;
  }

  /** Returns whether it failed in a way that passes: the next one may fare the same. */
  async #attempt(sender: Sender, job: Job): Promise<boolean> {
    const { clock } = this.#options;
    const { recipient, outgoing } = job;
    const result = {
      channel: recipient.channel.name,
      events: outgoing.events.length,
      ...addressed(recipient.to),
    };
    const failure = await this.#sendSoon(sender, job);
    if (failure === undefined) {
      await this.#state.update((state) => settle(state, job, clock.now()));
      this.#results.push({ ...result, state: 'sent' });
      return false;
    }
    const error = errorMessage(failure);
    const retryAfterMs = failure instanceof DeliveryError ? failure.retryAfterMs : undefined;
    const state = await this.#state.update((all) => putOff(all, job, clock.now(), { error, retryAfterMs }));
    this.#results.push({ ...result, state, error });
    return failure instanceof DeliveryError && failure.isPassing;
  }

  /** Tries until it is taken, the failure is none that passes, or it was enough. */
  async #sendSoon(sender: Sender, { recipient, outgoing }: Job): Promise<Error | undefined> {
    const { clock, signal } = this.#options;
    for (let tries = 0; ; tries++) {
      try {
        await sender.send({ id: outgoing.id, events: outgoing.events }, recipient.to, signal);
        return undefined;
      } catch (error) {
        const isPassing = error instanceof DeliveryError && error.isPassing;
        const wait = SOON_MS[tries];
        if (!isPassing || wait === undefined || error.retryAfterMs !== undefined || this.#isOver())
          return error instanceof DeliveryError || error instanceof UsageError
            ? error
            : new Error(`unexpected: ${errorMessage(error)}`);
        await clock.sleep(wait, signal);
      }
    }
  }
}

/** What became of events that no message of this run told. */
function notSent(
  { recipient, fresh, known, lost }: Accepted,
  waiting: ReadonlyMap<string, number>,
): DeliveryResult[] {
  const about = { channel: recipient.channel.name, ...addressed(recipient.to) };
  const held = Math.min(fresh, waiting.get(recipientKey(recipient)) ?? 0);
  const results: DeliveryResult[] = [];
  if (known > 0) results.push({ ...about, state: 'skipped', events: known });
  if (held > 0) results.push({ ...about, state: 'held', events: held });
  if (lost > 0) results.push({ ...about, state: 'dropped', events: lost, error: 'too many were waiting' });
  return results;
}

function addressed(to: readonly string[]): { to?: string } {
  return to.length === 0 ? {} : { to: to.join(', ') };
}
