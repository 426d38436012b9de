import type { FunctionRun, RuntimeTarget } from "@floww/executor/host";
import type { ArtifactAddresses } from "../../../../platform/blobs/artifact-addresses.ts";
import type { ArtifactStore } from "../../../../platform/blobs/artifact-store.ts";
import { reasonOfLambdaError } from "../../../../platform/clients/aws/lambda-errors.ts";
import type { LambdaFunctions } from "../../../../platform/clients/aws/lambda-functions.ts";
import type {
  InvocationEnd,
  InvocationPart,
  LambdaInvocations,
} from "../../../../platform/clients/aws/lambda-invocations.ts";
import { type DeploymentSource, DeploymentSources, hashVariables, readSource } from "./deployment-sources.ts";
import { FunctionKeeper } from "./function-keeper.ts";
import { invokeFunction, MayHaveBegun, PAYLOAD_BYTES_MAX } from "./invoke-function.ts";
import { type Clock, TenancyNotOffered } from "./make-function.ts";
import {
  type FunctionPlace,
  type LambdaIsolation,
  type PlacingOptions,
  type Purpose,
  placeFunction,
} from "./place-function.ts";

export interface FunctionCallerOptions extends PlacingOptions {
  functions: LambdaFunctions;
  invocations: LambdaInvocations;
  /** Where functions fetch what is too large for an event, and bundles, by addresses that are good for a minute. */
  artifacts: Pick<ArtifactStore, "put"> & ArtifactAddresses;
  clock: Clock;
  random(): number;
}

type BundleSource = Parameters<FunctionRun["eventFor"]>[0];
type FunctionEvent = BundleSource & Pick<ReturnType<FunctionRun["eventFor"]>, "body">;

export interface Call {
  purpose: Purpose;
  /** What the function is called with; asked for anew when it is called again. */
  event(source: BundleSource): FunctionEvent;
  /** It was turned away before anything of it has begun, and will be called again. */
  onTurnedAway?(): void;
  /** Resolves when more can be taken. */
  receive(bytes: Buffer): Promise<void>;
  signal: AbortSignal;
  /** No attempt begins later than this. */
  waitMsMax: number;
}

/** Calls the function that is a deployment's, made first where it is not there. */
export class FunctionCaller {
  readonly #options: FunctionCallerOptions;
  readonly #keeper: FunctionKeeper;
  readonly #sources = new DeploymentSources();
  #isolation: LambdaIsolation | "unknown" = "unknown";

  constructor(options: FunctionCallerOptions) {
    this.#options = options;
    this.#keeper = new FunctionKeeper(options.functions, options.clock);
  }

  /** Known once a function was there. */
  get isolation(): LambdaIsolation | "unknown" {
    return this.#isolation;
  }

  /**
   * Resolves with the end of the call, once all of its answer was received.
   *
   * @throws FlowwError RUNTIME_UNAVAILABLE, LAMBDA_FUNCTION_FAILED, LAMBDA_EVENT_TOO_LARGE and those of the bundle
   * @throws MayHaveBegun
   */
  async call(target: RuntimeTarget, call: Call): Promise<InvocationEnd> {
    const { invocations, clock, random } = this.#options;
    const untilMs = clock.now() + call.waitMsMax;
    // What proves is given no variables; they are not what its runs get.
    const source = await (call.purpose === "prove" ? readSource(target) : this.#sources.read(target));
    const place = await this.#ensure(target, source, call.purpose);
    const parts = await invokeFunction(
      { invocations, keeper: this.#keeper, clock, random },
      {
        place,
        payload: () => this.#payload(target, source, call),
        onTurnedAway: () => call.onTurnedAway?.(),
        signal: call.signal,
        untilMs,
      },
    );
    const end = await receiveAll(parts, call);
    // Nothing runs where it was proven: a function of its own is not needed any more.
    if (call.purpose === "prove" && place.tenantId === undefined) await this.#keeper.remove(place.spec.name);
    return end;
  }

  async ensure(target: RuntimeTarget): Promise<void> {
    await this.#ensure(target, await this.#sources.read(target), "run");
  }

  forget(deploymentId: string): void {
    this.#sources.forget(deploymentId);
  }

  /** Resolves with the names of those that it removed; removes none before it is known which ones there must be. */
  async removeAllBut(inUse: readonly RuntimeTarget[]): Promise<string[]> {
    const isolation = this.#isolation;
    if (isolation === "unknown") return [];
    const needed = new Set<string>();
    for (const target of inUse) {
      // Only of a function of its own do they make another one.
      const variablesHash = isolation === "tenants" ? "" : hashVariables(await target.env());
      needed.add(
        placeFunction(this.#options, target, { purpose: "run", isolation, variablesHash }).spec.name,
      );
    }
    return this.#keeper.removeAllBut(needed, this.#options.prefix);
  }

  async #ensure(target: RuntimeTarget, source: DeploymentSource, purpose: Purpose): Promise<FunctionPlace> {
    const isolation = this.#isolation === "unknown" ? "tenants" : this.#isolation;
    const place = placeFunction(this.#options, target, {
      purpose,
      isolation,
      variablesHash: source.variablesHash,
    });
    try {
      await this.#keeper.ensure(place.spec);
      this.#isolation = isolation;
      return place;
    } catch (thrown) {
      if (!(thrown instanceof TenancyNotOffered)) throw thrown;
      this.#isolation = "functions";
      return this.#ensure(target, source, purpose);
    }
  }

  async #payload(target: RuntimeTarget, source: DeploymentSource, call: Call): Promise<Uint8Array> {
    const { artifacts } = this.#options;
    const { namespaceId, workflowId, deploymentId } = target;
    const { variables, codeBytes, sha256 } = source;
    const url = await artifacts.addressOf(namespaceId, sha256);
    const bundle = { url: url.href, codeBytes, sha256 };
    const event = call.event({ workflowId, deploymentId, env: variables, bundle });
    const bytes = Buffer.from(JSON.stringify(event));
    if (bytes.byteLength < PAYLOAD_BYTES_MAX || typeof event.body !== "string") return bytes;
    const hash = await artifacts.put(namespaceId, Buffer.from(event.body, "base64"));
    const body = { url: (await artifacts.addressOf(namespaceId, hash)).href, sha256: hash };
    return Buffer.from(JSON.stringify({ ...event, body }));
  }
}

/** An answer that does not say how it ended was cut off. */
async function receiveAll(parts: AsyncIterable<InvocationPart>, { receive }: Call): Promise<InvocationEnd> {
  let end: InvocationEnd | undefined;
  try {
    // To its very end, so that its connection can serve the next call.
    for await (const part of parts) {
      if ("end" in part) end = part.end;
      else await receive(Buffer.from(part.bytes.buffer, part.bytes.byteOffset, part.bytes.byteLength));
    }
  } catch (cause) {
    throw new MayHaveBegun(reasonOfLambdaError(cause), { cause });
  }
  if (end === undefined) throw new MayHaveBegun("The answer of AWS Lambda broke off.");
  return end;
}
