import { FlowwError } from "@floww/contract/errors";
import {
  kindOfLambdaError,
  type LambdaErrorKind,
  reasonOfLambdaError,
} from "../../../../platform/clients/aws/lambda-errors.ts";
import type {
  InvocationPart,
  LambdaInvocations,
} from "../../../../platform/clients/aws/lambda-invocations.ts";
import type { FunctionKeeper } from "./function-keeper.ts";
import type { Clock } from "./make-function.ts";
import type { FunctionPlace } from "./place-function.ts";

export interface InvokeContext {
  invocations: LambdaInvocations;
  keeper: FunctionKeeper;
  clock: Clock;
  random(): number;
}

export interface FunctionCall {
  place: FunctionPlace;
  /** Made anew for each attempt: addresses in it are good for a minute, its deadline counts from now. */
  payload(): Promise<Uint8Array>;
  /** The attempt was turned away: nothing of it has begun. */
  onTurnedAway(): void;
  signal: AbortSignal;
  /** No attempt begins after it. */
  untilMs: number;
}

/** AWS's own: "Request must be smaller than 6291456 bytes". */
export const PAYLOAD_BYTES_MAX = 6 * 1024 * 1024;
const PAUSE_MS = 100;
const PAUSE_MS_MAX = 5_000;

/** Something of the run may have been done, and nobody can tell. */
export class MayHaveBegun extends Error {
  override readonly name = "MayHaveBegun";
}

/**
 * Calls the function, and again while it is certain that nothing has begun: AWS was throttled, the function is not ready or
 * gone, or no connection could be made. An error of AWS itself (5xx), or a connection that broke, says nothing of the kind.
 *
 * @throws FlowwError RUNTIME_UNAVAILABLE, LAMBDA_EVENT_TOO_LARGE
 * @throws MayHaveBegun
 */
export async function invokeFunction(
  { invocations, keeper, clock, random }: InvokeContext,
  { place, payload, onTurnedAway, signal, untilMs }: FunctionCall,
): Promise<AsyncIterable<InvocationPart>> {
  const { spec, tenantId } = place;
  for (let attempt = 0; ; attempt++) {
    await keeper.ensure(spec);
    signal.throwIfAborted();
    const bytes = await payload();
    if (bytes.byteLength >= PAYLOAD_BYTES_MAX) throw tooLarge(bytes.byteLength);
    try {
      return await invocations.invoke({
        functionName: spec.name,
        ...(tenantId === undefined ? {} : { tenantId }),
        payload: bytes,
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      const kind = kindOfLambdaError(error);
      if ((error as Error).name === "RequestTooLargeException") throw tooLarge(bytes.byteLength);
      if (kind === "unknown") throw new MayHaveBegun(reasonOfLambdaError(error), { cause: error });
      // Equal pauses would have all those that were refused together come together again.
      const pauseMs = random() * Math.min(PAUSE_MS * 2 ** attempt, PAUSE_MS_MAX);
      if (!AGAIN.has(kind) || clock.now() + pauseMs >= untilMs)
        throw new FlowwError("RUNTIME_UNAVAILABLE", reasonOfLambdaError(error), { cause: error });
      onTurnedAway();
      if (LOOK_AGAIN.has(kind)) keeper.forget(spec.name);
      await clock.pause(pauseMs);
    }
  }
}

/** Of a function that is not as it was when it was last looked at: asked again, it is waited for, or made anew. */
const LOOK_AGAIN: ReadonlySet<LambdaErrorKind> = new Set(["not-ready", "missing", "conflict"]);
const AGAIN: ReadonlySet<LambdaErrorKind> = new Set(["throttled", "unreachable", ...LOOK_AGAIN]);

function tooLarge(bytes: number): FlowwError {
  const size = (bytes / 1024 / 1024).toFixed(1);
  return new FlowwError("LAMBDA_EVENT_TOO_LARGE", `The event and the workflow's variables are ${size} MB.`);
}
