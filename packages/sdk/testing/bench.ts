import { AsyncLocalStorage } from "node:async_hooks";
import {
  bundleAbi,
  type ExecutionScope,
  type Json,
  type ProviderName,
  type TriggerRegistration,
} from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { EncodeEvent, InvokeResult, TestHost } from "../test-host.ts";
import { FakeAction } from "./fake-action.ts";
import { FakeJournal } from "./fake-journal.ts";
import { FakeKv } from "./fake-kv.ts";
import { runHandlers, TEST_WORKFLOW_ID, type TestRun } from "./run-handlers.ts";
import { wireEventsFor } from "./wire-events.ts";

/** Stands in for a vendor's API. */
export type AnswerCall = (request: Request) => Response | Promise<Response>;

/** What stands in for executor and server while tests run: runs handlers, and answers what they ask for from memory. */
export class Bench implements TestHost {
  readonly phase = "run";
  readonly isOpen = true;
  readonly kv = new FakeKv(() => this.now());
  /** A sleep moves the clock where a test has stopped it. */
  readonly journal = new FakeJournal((ms) => {
    if (this.#stoppedMs !== undefined) this.#stoppedMs += ms;
  });
  readonly #current = new AsyncLocalStorage<ExecutionScope>();
  readonly #secrets = new Map<string, string>();
  readonly #actions = new Map<object, FakeAction>();
  readonly #vendors = new Map<string, AnswerCall>();
  #stoppedMs: number | undefined;

  now(): number {
    return this.#stoppedMs ?? Date.now();
  }

  setTime(atMs: number | undefined): void {
    this.#stoppedMs = atMs;
  }

  setSecret(name: string, credential: string, value: unknown): void {
    this.#secrets.set(JSON.stringify([name, credential]), JSON.stringify(value));
  }

  clearSecrets(): void {
    this.#secrets.clear();
  }

  clearSecret(name: string, credential: string): void {
    this.#secrets.delete(JSON.stringify([name, credential]));
  }

  current(): ExecutionScope | undefined {
    return this.#current.getStore();
  }

  /** Over JSON, as on the wire: what it changes there is changed here too. */
  async call(operation: string, input: Json): Promise<Json> {
    const sent: unknown = JSON.parse(JSON.stringify(input));
    if (operation === "secret.value") return this.#secretValue(sent as { name: string; credential: string });
    const calls = { ...this.kv.calls, ...this.journal.calls } as Record<
      string,
      (input: unknown, workflowId: string) => unknown
    >;
    const answer = Object.hasOwn(calls, operation) ? calls[operation] : undefined;
    if (answer === undefined)
      throw new FlowwError("OPERATION_UNKNOWN", `The test kit does not offer "${operation}".`);
    const value = answer(sent, this.current()?.workflowId ?? TEST_WORKFLOW_ID);
    return JSON.parse(JSON.stringify(value)) as Json;
  }

  /** A call that a vendor's own client makes. */
  async fetch(connection: ProviderName, request: Request): Promise<Response> {
    const answer = this.#vendors.get(nameOf(connection));
    if (answer !== undefined) return answer(request);
    throw new FlowwError(
      "PROVIDER_UNREACHABLE",
      `The test answers no call to ${connection.type}: ${request.method} ${request.url}.`,
      { fix: "Call answerCalls(provider, (request) => Response.json(…)) of floww/testing first." },
    );
  }

  setVendor(connection: ProviderName, answer: AnswerCall): void {
    this.#vendors.set(nameOf(connection), answer);
  }

  clearVendor(connection: ProviderName): void {
    this.#vendors.delete(nameOf(connection));
  }

  spyOn(action: object): FakeAction {
    const known = this.#actions.get(action) ?? new FakeAction();
    this.#actions.set(action, known);
    return known;
  }

  /** What tests taught actions and vendors. */
  clearProviders(): void {
    this.#actions.clear();
    this.#vendors.clear();
  }

  invoke(
    registrations: readonly TriggerRegistration[],
    partialEvent: object,
    encode?: EncodeEvent,
  ): Promise<InvokeResult> {
    return this.run(wireEventsFor(registrations, { partialEvent, nowMs: this.now(), encode }));
  }

  run(runs: readonly TestRun[]): Promise<InvokeResult> {
    return runHandlers(runs, (scope, work) => this.#current.run(scope, work));
  }

  #secretValue({ name, credential }: { name: string; credential: string }): Json {
    const value = this.#secrets.get(JSON.stringify([name, credential]));
    if (value !== undefined) return { value };
    throw new FlowwError("SECRET_MISSING", `The test gave the secret "${name}" no value.`, {
      fix: `Call setSecret("${name}", { … }) of floww/testing first.`,
    });
  }
}

function nameOf({ type, alias }: ProviderName): string {
  return JSON.stringify([type, alias]);
}

/** The bench of this process. It takes the place of the executor's host, and never pushes a real one away. */
export function installBench(): Bench {
  const abi = bundleAbi();
  if (abi.host instanceof Bench) return abi.host;
  const bench = new Bench();
  abi.host ??= bench;
  return bench;
}
