import { FlowwError } from "@floww/contract/errors";
import {
  isRolePending,
  isTenancyRefusal,
  kindOfLambdaError,
  reasonOfLambdaError,
  withoutArns,
} from "../../../../platform/clients/aws/lambda-errors.ts";
import type {
  FoundFunction,
  FunctionSpec,
  LambdaFunctions,
} from "../../../../platform/clients/aws/lambda-functions.ts";

export interface Clock {
  now(): number;
  pause(ms: number): Promise<void>;
}

/** AWS does not isolate by tenant here. */
export class TenancyNotOffered extends Error {
  override readonly name = "TenancyNotOffered";
}

/** An image is optimized by AWS before its function is active; large ones take minutes. */
const MAKE_MS_MAX = 10 * 60_000;
const PAUSE_MS = 200;
const PAUSE_MS_MAX = 2_000;
const PAUSE_GROWTH = 1.5;
const ROLE_MS_MAX = 60_000;

type Step = "usable" | "again" | "wait";

/**
 * Brings a function to what it has to be, step by step: look, then do the one thing that is missing. So it does not matter
 * who began it, how far a server got before it died, or how many are at it.
 *
 * @throws TenancyNotOffered
 * @throws FlowwError LAMBDA_FUNCTION_FAILED for what AWS will not make; RUNTIME_UNAVAILABLE
 */
export async function makeFunction(
  functions: LambdaFunctions,
  spec: FunctionSpec,
  clock: Clock,
): Promise<void> {
  const maker = new Maker(functions, spec, clock.now());
  const untilMs = clock.now() + MAKE_MS_MAX;
  for (let pauseMs = PAUSE_MS; clock.now() < untilMs; ) {
    const step = await maker.step(clock.now()).catch(explain);
    if (step === "usable") return;
    if (step === "again") continue;
    await clock.pause(pauseMs);
    pauseMs = Math.min(pauseMs * PAUSE_GROWTH, PAUSE_MS_MAX);
  }
  throw new FlowwError("RUNTIME_UNAVAILABLE", "AWS Lambda did not finish making the function.");
}

class Maker {
  readonly #functions: LambdaFunctions;
  readonly #spec: FunctionSpec;
  readonly #beganAtMs: number;
  #hasMade = false;
  #hasRemoved = false;
  #hasChanged = false;

  constructor(functions: LambdaFunctions, spec: FunctionSpec, beganAtMs: number) {
    this.#functions = functions;
    this.#spec = spec;
    this.#beganAtMs = beganAtMs;
  }

  async step(nowMs: number): Promise<Step> {
    const found = await this.#functions.find(this.#spec.name);
    if (found === undefined) return this.#create(nowMs);
    if (found.isIsolatedByTenant !== this.#spec.isIsolatedByTenant) return this.#refuse();
    if (found.state === "Failed") return this.#replace(found);
    if (found.state === "Pending" || found.state === "Deleting" || found.lastUpdate === "InProgress")
      return "wait";
    return this.#change(found);
  }

  async #create(nowMs: number): Promise<Step> {
    try {
      await this.#functions.create(this.#spec);
      this.#hasMade = true;
    } catch (error) {
      if (this.#spec.isIsolatedByTenant && isTenancyRefusal(error)) throw new TenancyNotOffered();
      if (isRolePending(error) && nowMs - this.#beganAtMs < ROLE_MS_MAX) return "wait";
      // Somebody else makes it at this moment, or it is just being removed.
      if (kindOfLambdaError(error) !== "conflict") throw error;
    }
    return "wait";
  }

  /** A service that passes over what it does not know has made one that all tenants would share: nothing may run there. */
  async #refuse(): Promise<Step> {
    await this.#functions.remove(this.#spec.name);
    if (this.#spec.isIsolatedByTenant) throw new TenancyNotOffered();
    return "wait";
  }

  /** One that failed earlier may succeed now, since what it failed for lies outside of it. One that we made has had its chance. */
  async #replace({ stateReason }: FoundFunction): Promise<Step> {
    if (this.#hasMade || this.#hasRemoved) throw failed(`AWS Lambda could not make it: ${stateReason}`);
    this.#hasRemoved = true;
    await this.#functions.remove(this.#spec.name);
    return "wait";
  }

  /** One change at a time, as AWS wants it. */
  async #change({ settings, lastUpdate, lastUpdateReason }: FoundFunction): Promise<Step> {
    const { name, concurrency, imageUri, roleArn, memoryMb, timeoutS, logGroup } = this.#spec;
    if (settings.concurrency !== concurrency) {
      await this.#functions.reserve(name, concurrency);
      return "again";
    }
    const isOtherImage = settings.imageUri !== undefined && settings.imageUri !== imageUri;
    const isOtherwise =
      settings.roleArn !== roleArn || settings.memoryMb !== memoryMb || settings.timeoutS !== timeoutS;
    // One that we name none for keeps what it has; a service that says none has none.
    const logsElsewhere =
      logGroup !== undefined && settings.logGroup !== undefined && settings.logGroup !== logGroup;
    if (!isOtherImage && !isOtherwise && !logsElsewhere) return "usable";
    if (this.#hasChanged && lastUpdate === "Failed")
      throw failed(`AWS Lambda could not change it: ${lastUpdateReason}`);
    this.#hasChanged = true;
    const change = isOtherImage
      ? this.#functions.changeImage(name, this.#spec)
      : this.#functions.configure(name, this.#spec);
    await change.catch((error: unknown) => {
      if (kindOfLambdaError(error) !== "conflict") throw error;
    });
    return "wait";
  }
}

function failed(message: string): FlowwError {
  return new FlowwError("LAMBDA_FUNCTION_FAILED", withoutArns(message));
}

/** What AWS says of the function itself is told to who deployed; an outage or a missing permission is ours. */
function explain(error: unknown): never {
  if (error instanceof TenancyNotOffered || error instanceof FlowwError) throw error;
  const isOfFunction = /^(InvalidParameterValue|ServiceQuotaExceeded|CodeStorageExceeded)Exception$/.test(
    (error as Error).name,
  );
  const code = isOfFunction ? "LAMBDA_FUNCTION_FAILED" : "RUNTIME_UNAVAILABLE";
  throw new FlowwError(code, reasonOfLambdaError(error), { cause: error });
}
