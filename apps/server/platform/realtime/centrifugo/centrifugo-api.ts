import { FlowwError } from "@floww/contract/errors";

export interface CentrifugoApiOptions {
  /** `http://centrifugo:8000/api` */
  apiUrl: URL;
  /** `http_api.key` of its configuration. */
  apiKey: string;
}

export type CentrifugoResult = Record<string, unknown>;

/** It answers in milliseconds, or it is not well. */
const ANSWER_MS_MAX = 5_000;

/** Centrifugo's HTTP API: https://centrifugal.dev/docs/server/server_api. Its answers are not trusted to be what it says. */
export class CentrifugoApi {
  readonly #options: CentrifugoApiOptions;

  constructor(options: CentrifugoApiOptions) {
    this.#options = options;
  }

  /** @throws FlowwError REALTIME_UNAVAILABLE */
  async call(method: string, body: object): Promise<CentrifugoResult> {
    return resultOf(method, await this.#post(method, body));
  }

  /** Carries out commands one after the other; resolves with an answer or an error for each. @throws FlowwError REALTIME_UNAVAILABLE */
  async batch(commands: readonly object[]): Promise<(CentrifugoResult | FlowwError)[]> {
    const { replies } = await this.#post("batch", { commands });
    if (!Array.isArray(replies) || replies.length !== commands.length)
      throw unavailable("Centrifugo did not answer all that it was asked.");
    return replies.map((reply: unknown, index) => {
      const [method = ""] = Object.keys(commands[index]!);
      try {
        const { error, [method]: result } = record(reply);
        return resultOf(method, error === undefined ? { result } : { error });
      } catch (thrown) {
        return thrown as FlowwError;
      }
    });
  }

  async #post(method: string, body: object): Promise<Record<string, unknown>> {
    const { apiUrl, apiKey } = this.#options;
    try {
      const response = await fetch(`${apiUrl.href.replace(/\/$/, "")}/${method}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-api-key": apiKey },
        body: JSON.stringify(body),
        redirect: "error",
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      });
      if (response.ok) return record(await response.json());
      await response.body?.cancel();
      const isKey = response.status === 401 || response.status === 403;
      throw unavailable(
        `Centrifugo answered ${response.status} to ${method}.`,
        isKey ? "Set FLOWW_CENTRIFUGO_API_KEY to `http_api.key` of its configuration." : undefined,
      );
    } catch (cause) {
      if (cause instanceof FlowwError) throw cause;
      throw new FlowwError("REALTIME_UNAVAILABLE", undefined, { cause });
    }
  }
}

function resultOf(method: string, { result, error }: Record<string, unknown>): CentrifugoResult {
  if (error === undefined) return record(result ?? {});
  const { code, message } = record(error);
  throw unavailable(`Centrifugo refused ${method}: ${String(message)} (${String(code)}).`);
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw unavailable("Centrifugo's answer is not what its API promises.");
}

function unavailable(message: string, fix?: string): FlowwError {
  return new FlowwError("REALTIME_UNAVAILABLE", message, fix === undefined ? {} : { fix });
}
