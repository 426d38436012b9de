import {
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamCompleteEvent,
  type InvokeWithResponseStreamResponseEvent,
  type LambdaClient,
} from "@aws-sdk/client-lambda";

export interface Invocation {
  functionName: string;
  /** Only, and always, for a function that is isolated by tenant. */
  tenantId?: string;
  payload: Uint8Array;
  signal: AbortSignal;
}

/** What comes back: pieces of the answer, then how it ended. A stream that ends without an end was cut off. */
export type InvocationPart = { bytes: Uint8Array } | { end: InvocationEnd };

export interface InvocationEnd {
  /** Left out when the function answered. */
  errorCode?: string;
  /** JSON of `errorType` and `errorMessage`, where AWS has it. */
  errorDetails?: string;
  /** The last 4 kB of the function's log; empty unless it failed. */
  logTail: string;
}

/** Calls functions and hands on what they stream. Every refusal is thrown as the client's own error, and asked for once. */
export class LambdaInvocations {
  readonly #client: LambdaClient;

  constructor(client: LambdaClient) {
    this.#client = client;
  }

  /** Resolves once the answer has begun. */
  async invoke({
    functionName,
    tenantId,
    payload,
    signal,
  }: Invocation): Promise<AsyncIterable<InvocationPart>> {
    const command = new InvokeWithResponseStreamCommand({
      FunctionName: functionName,
      TenantId: tenantId,
      Payload: payload,
      LogType: "Tail",
    });
    const { EventStream } = await this.#client.send(command, { abortSignal: signal });
    return partsOf(EventStream ?? []);
  }
}

async function* partsOf(
  events:
    | AsyncIterable<InvokeWithResponseStreamResponseEvent>
    | Iterable<InvokeWithResponseStreamResponseEvent>,
): AsyncGenerator<InvocationPart> {
  for await (const { PayloadChunk, InvokeComplete } of events) {
    if (PayloadChunk?.Payload !== undefined) yield { bytes: PayloadChunk.Payload };
    if (InvokeComplete !== undefined) yield { end: endOf(InvokeComplete) };
  }
}

function endOf({ ErrorCode, ErrorDetails, LogResult }: InvokeWithResponseStreamCompleteEvent): InvocationEnd {
  if (ErrorCode === undefined) return { logTail: "" };
  return {
    errorCode: ErrorCode,
    ...(ErrorDetails === undefined ? {} : { errorDetails: ErrorDetails }),
    logTail: Buffer.from(LogResult ?? "", "base64").toString("utf8"),
  };
}
