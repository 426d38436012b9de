import { ANSWER_SYMBOL, type ErrorAnswer } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { AnswerHeader } from "@floww/contract/frames";
import { limits } from "@floww/contract/limits";

/** A handler's value as an HTTP answer: whole, or a head with the rest of its stream. */
export interface Answer {
  header: AnswerHeader;
  body: Uint8Array;
  /** Set when `header.stream`: what follows `body`. */
  rest?: ReadableStreamDefaultReader<Uint8Array>;
}

const EMPTY = new Uint8Array(0);
const NO_BODY_STATUSES = new Set([204, 205, 304]);

/** The answer that a thrown error carries, if it carries one (WebhookError of any copy of the SDK). */
export function answerOfError(thrown: unknown): ErrorAnswer | undefined {
  if (typeof thrown !== "object" || thrown === null) return undefined;
  try {
    return (thrown as { [ANSWER_SYMBOL]?: ErrorAnswer })[ANSWER_SYMBOL];
  } catch {
    // A proxy or a getter that throws when it is looked at: no answer of ours.
    return undefined;
  }
}

/**
 * Plain data becomes JSON, text `text/plain`, bytes `application/octet-stream`, nothing 204, a `Response` itself.
 *
 * @throws FlowwError ANSWER_INVALID for what JSON cannot hold, ANSWER_TOO_LARGE for a whole body over the limit.
 */
export async function toAnswer(value: unknown, status?: number): Promise<Answer> {
  if (status !== undefined && !isStatus(status))
    throw new FlowwError("ANSWER_INVALID", `${String(status)} is not an HTTP status from 200 to 599.`);
  if (isResponse(value)) return responseAnswer(value);
  if (value === undefined) return { header: { status: status ?? 204, headers: [] }, body: EMPTY };
  if (typeof value === "string") return whole(status ?? 200, "text/plain; charset=utf-8", Buffer.from(value));
  if (value instanceof Uint8Array) return whole(status ?? 200, "application/octet-stream", value);
  if (value instanceof ArrayBuffer)
    return whole(status ?? 200, "application/octet-stream", new Uint8Array(value));
  return whole(status ?? 200, "application/json", Buffer.from(toJson(value)));
}

/** Asks the value before it asks for the class: naming it loads all of `fetch`, 20 ms that most workflows never need. */
function isResponse(value: unknown): value is Response {
  return Object.prototype.toString.call(value) === "[object Response]" && value instanceof Response;
}

function isStatus(status: unknown): boolean {
  return typeof status === "number" && Number.isInteger(status) && status >= 200 && status <= 599;
}

function toJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FlowwError("ANSWER_INVALID", `The returned value is not JSON: ${reason}`, { cause });
  }
  if (text === undefined)
    throw new FlowwError("ANSWER_INVALID", `A ${typeof value} cannot be sent as an answer.`);
  return text;
}

function whole(status: number, type: string, body: Uint8Array): Answer {
  if (body.byteLength > limits.answerBytesMax) {
    throw new FlowwError(
      "ANSWER_TOO_LARGE",
      `The answer has ${body.byteLength} bytes; ${limits.answerBytesMax} is the most in one piece.`,
    );
  }
  if (NO_BODY_STATUSES.has(status)) return { header: { status, headers: [] }, body: EMPTY };
  return { header: { status, headers: [["content-type", type]] }, body };
}

async function responseAnswer(response: Response): Promise<Answer> {
  if (response.bodyUsed)
    throw new FlowwError("ANSWER_INVALID", "The returned Response's body was read already.");
  const header: AnswerHeader = { status: response.status, headers: [...response.headers] };
  // Response.error() has status 0.
  if (!isStatus(response.status))
    throw new FlowwError("ANSWER_INVALID", `A Response cannot have status ${response.status}.`);
  const headerBytes = header.headers.reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  if (headerBytes > limits.answerHeaderBytesMax) {
    throw new FlowwError(
      "ANSWER_INVALID",
      `The answer's headers have ${headerBytes} bytes; ${limits.answerHeaderBytesMax} is the most.`,
    );
  }
  const reader = response.body?.getReader();
  if (reader === undefined) return { header, body: EMPTY };
  const start = await readWhatIsThere(reader);
  if (start.isDone) return { header, body: start.body };
  return { header: { ...header, stream: true }, body: start.body, rest: reader };
}

/**
 * Reads while chunks come without waiting for anything outside: a Response made from text or bytes is then complete
 * and travels as one frame, and only a true stream is sent as one.
 */
async function readWhatIsThere(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<{ body: Uint8Array; isDone: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const idle = new Promise<"idle">((resolve) => setImmediate(resolve, "idle"));
  let pending = reader.read();
  while (size <= limits.inlineBytesMax) {
    const next = await Promise.race([pending, idle]);
    if (next === "idle") break;
    if (next.done) return { body: Buffer.concat(chunks), isDone: true };
    const bytes = asBytes(next.value);
    // One piece that no answer may hold: it goes out in smaller ones, as a stream.
    if (size + bytes.byteLength > limits.answerBytesMax) break;
    chunks.push(bytes);
    size += bytes.byteLength;
    pending = reader.read();
  }
  // The read that is under way belongs to whoever goes on: hand it out first.
  const read = reader.read.bind(reader);
  let first: typeof pending | undefined = pending;
  reader.read = (() => {
    const current = first ?? read();
    first = undefined;
    return current;
  }) as typeof reader.read;
  return { body: Buffer.concat(chunks), isDone: false };
}

/** A stream of the author's may hold anything; only bytes can be sent. @throws FlowwError ANSWER_INVALID */
export function asBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new FlowwError(
    "ANSWER_INVALID",
    "A Response's stream held something that is not bytes (Uint8Array).",
  );
}
