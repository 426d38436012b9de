import { randomUUID } from "node:crypto";
import { pause } from "../eventually.ts";
import type { Random } from "../random.ts";
import type { LedgerClient } from "./ledger-client.ts";
import { type EventKind, eventKinds } from "./records.ts";

export interface LoadOptions {
  random: Random;
  /** Addresses; each event picks one. */
  to: readonly string[];
  /** How many callers wait for an answer at a time. */
  callers: number;
  /** By kind; what is left out is not sent. */
  weights: Partial<Record<EventKind, number>>;
  /** Share of the events whose handler takes its time, and how long. */
  slow?: { share: number; waitMs: number };
  /** What a caller does between two events. */
  paceMs?: number;
  /** Asked before each event. */
  isOver(): boolean;
}

/** Who got no answer tries again after this long. */
const RETRY_MS = 100;
const COPIES_AT_ONCE = 3;
const TICK_MS = 5;

type SendOptions = Omit<LoadOptions, "callers" | "paceMs">;

/** Callers that send one event after the other until it is over; a failed one waits a moment, as callers do. */
export async function runLoad(client: LedgerClient, options: LoadOptions): Promise<void> {
  const callers = Array.from({ length: options.callers }, async () => {
    while (!options.isOver()) {
      const isAcknowledged = await sendOne(client, options);
      await pause(isAcknowledged ? (options.paceMs ?? 0) : RETRY_MS);
    }
  });
  await Promise.all(callers);
}

export interface SteadyLoadOptions extends Omit<LoadOptions, "callers" | "paceMs"> {
  perSecond: number;
}

/** How many may wait for an answer at a time: a system that falls behind is not buried. */
const IN_FLIGHT_MAX = 500;

/** Events at a steady rate, whether or not those before were answered, until it is over and all of them are. */
export async function runSteadyLoad(client: LedgerClient, options: SteadyLoadOptions): Promise<void> {
  const inFlight = new Set<Promise<unknown>>();
  let dueAt = performance.now();
  while (!options.isOver()) {
    while (dueAt <= performance.now() && inFlight.size < IN_FLIGHT_MAX) {
      const sent = sendOne(client, options).finally(() => inFlight.delete(sent));
      inFlight.add(sent);
      dueAt += 1_000 / options.perSecond;
    }
    // What could not be sent in time is not made up for in one go.
    if (inFlight.size >= IN_FLIGHT_MAX) dueAt = performance.now();
    await pause(TICK_MS);
  }
  await Promise.all(inFlight);
}

async function sendOne(client: LedgerClient, options: SendOptions): Promise<boolean> {
  const { random, to, weights, slow } = options;
  const kind = eventKinds[random.weighted(eventKinds.map((name) => weights[name] ?? 0))]!;
  const waitMs = slow !== undefined && random.next() < slow.share ? slow.waitMs : 0;
  const event = { id: randomUUID(), kind, waitMs };
  if (kind === "copies") return sendCopies(client, { ...event, to, random }, options);
  return client.send({ ...event, to: random.pick(to) });
}

/** Copies of one event, at once and to any server, again until one of them is acknowledged. */
export async function sendCopies(
  client: LedgerClient,
  { id, to, random, waitMs = 0, copies = COPIES_AT_ONCE }: CopiedEvent,
  { isOver }: Pick<LoadOptions, "isOver">,
): Promise<boolean> {
  for (let copy = 1; ; copy += copies) {
    const sent = Array.from({ length: copies }, (_, n) =>
      client.send({ id, kind: "copies", waitMs, copy: copy + n, to: random.pick(to) }),
    );
    const answers = await Promise.all(sent);
    if (answers.includes(true)) return true;
    if (isOver()) return false;
    await pause(RETRY_MS);
  }
}

interface CopiedEvent {
  id: string;
  to: readonly string[];
  random: Random;
  waitMs?: number;
  copies?: number;
}
