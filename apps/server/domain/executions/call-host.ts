import type { Json } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { HostOperation } from "@floww/contract/host-calls";
import type { ProviderAnswer, ProviderRequest } from "@floww/executor/host";
import type { Database } from "../../platform/db/database.ts";
import { isDatabaseAway, outlastOutage } from "../../platform/db/outlast-outage.ts";
import type { Vault } from "../secrets/vault.ts";
import { CallBudget } from "./call-budget.ts";
import type { HostCaller, HostOperations, OperationEntry, RunIdentity } from "./host-operations.ts";
import { ValueMask } from "./value-mask.ts";

/** The server's end of `Host.call`, for one run. */
export interface RunHost {
  /** @throws FlowwError OPERATION_UNKNOWN, INPUT_INVALID, RUN_ENDED, HOST_CALLS_EXCEEDED, and those of the operation */
  call(operation: string, input: Json): Promise<Json>;
  /** @throws FlowwError RUN_ENDED, HOST_CALLS_EXCEEDED, and those of the gateway */
  fetch(request: ProviderRequest, signal: AbortSignal): Promise<ProviderAnswer>;
  /** Hides what this run has read. */
  readonly mask: ValueMask;
  /** The provider that the run called and whose credential its vendor refuses, if there is one. */
  findRefused(): Promise<string | undefined>;
  /** The run has ended: nothing is answered any more, not even what was asked before. */
  close(): void;
}

export interface HostOptions {
  database: Database;
  vault: Vault;
  run: RunIdentity;
  /** What it may ask for. */
  operations: Partial<HostOperations>;
  declaresSecret(name: string, credential: string): Promise<boolean>;
  /** A vendor call of this run's deployment. */
  callVendor(request: ProviderRequest, signal: AbortSignal): Promise<ProviderAnswer>;
  findRefused(): Promise<string | undefined>;
  /** Whether the run is still this server's, by the database: it may have been cancelled elsewhere. */
  isStillOurs(): Promise<boolean>;
  budget?: CallBudget;
  /** When the run began, by `now`: it was this server's then. */
  startedAtMs: number;
  now?: () => number;
}

/** A run that was ended elsewhere may go on asking for this long; for secrets it is asked each time. */
const TRUSTED_MS = 1_000;

export function openRunHost({
  isStillOurs,
  callVendor,
  findRefused,
  operations,
  budget,
  startedAtMs,
  now = () => performance.now(),
  ...scope
}: HostOptions): RunHost {
  const mask = new ValueMask();
  const { namespaceId, workflowId } = scope.run;
  const caller: HostCaller = { ...scope, namespaceId, workflowId, mask };
  // Most runs ask for nothing: what only a call needs is made by the first.
  let spent = budget;
  let isClosed = false;
  let trustedUntil = startedAtMs + TRUSTED_MS;

  const refuseEnded = async (isSensitive: boolean): Promise<void> => {
    if (!isClosed && (isSensitive || now() >= trustedUntil)) {
      // A database that is away has no answer: the run waits for it, as for what it asks.
      if (await outlastOutage(isStillOurs)) trustedUntil = now() + TRUSTED_MS;
      else isClosed = true;
    }
    if (isClosed) throw new FlowwError("RUN_ENDED");
  };

  return {
    mask,
    findRefused,
    close: () => {
      isClosed = true;
    },
    call: async (operation, input) => {
      const entry = findOperation(operations, operation);
      const parsed = parseInput(operation, entry, input);
      spent ??= new CallBudget();
      return spent.spend(bytesOf(input), async () => {
        const value = await coded(async () => {
          await refuseEnded(entry.isSensitive === true);
          return entry.answer(caller, parsed);
        });
        if (isClosed) throw new FlowwError("RUN_ENDED");
        return { value: value as Json, bytes: bytesOf(value) };
      });
    },
    // The credential stays here, but what is done with it outside cannot be taken back: asked each time, as for a secret.
    fetch: async (request, signal) => {
      spent ??= new CallBudget();
      return spent.spend(request.body.byteLength, async () => {
        await refuseEnded(true);
        return { value: await callVendor(request, signal), bytes: 0 };
      });
    },
  };
}

/** That the database is away is none of the run's doing, and is told as that. */
async function coded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof FlowwError || !isDatabaseAway(cause)) throw cause;
    throw new FlowwError("DATABASE_UNAVAILABLE", undefined, { cause });
  }
}

/** Any entry: that its input fits is what parseInput() makes sure of. */
type AnyEntry = OperationEntry & { answer(caller: HostCaller, input: unknown): Promise<unknown> };

function findOperation(operations: Partial<HostOperations>, operation: string): AnyEntry {
  if (!Object.hasOwn(operations, operation)) {
    const shown = JSON.stringify(operation.slice(0, 100));
    throw new FlowwError("OPERATION_UNKNOWN", `This server does not offer ${shown}.`);
  }
  return operations[operation as HostOperation] as unknown as AnyEntry;
}

function parseInput(operation: string, entry: AnyEntry, input: Json): never {
  const parsed = entry.input.safeParse(input);
  // `never` fits every operation's parameter; the entry was found together with its schema.
  if (parsed.success) return parsed.data as never;
  const issues = parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new FlowwError("INPUT_INVALID", `${operation}: ${issues.join("; ")}`);
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? "");
}
