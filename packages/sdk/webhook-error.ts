import { ANSWER_SYMBOL, type ErrorAnswer } from "@floww/contract/abi";

/**
 * Thrown by a handler to answer with a status of its choice. It is an answer, not a failure: the execution completes.
 *
 * @example
 * throw new WebhookError(404, { error: "no such order" });
 */
export class WebhookError extends Error {
  override readonly name = "WebhookError";
  readonly status: number;
  readonly body: unknown;
  /** Known by this mark and not by its class: a bundle may hold two copies of this SDK. */
  readonly [ANSWER_SYMBOL]: ErrorAnswer;

  /** @param status HTTP status, 200 to 599. @param body plain data (JSON), text or bytes. */
  constructor(status: number, body?: unknown) {
    super(typeof body === "string" ? body : `HTTP ${status}`);
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw new RangeError(`WebhookError takes a status from 200 to 599, not ${status}.`);
    }
    this.status = status;
    this.body = body;
    this[ANSWER_SYMBOL] = body === undefined ? { status } : { status, body };
  }
}
