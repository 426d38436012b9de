import { setTimeout as sleep } from "node:timers/promises";
import { FlowwError } from "@floww/contract/errors";
import { z } from "zod";
import { reachServer } from "../reach-server.ts";
import type { SignIn } from "./sign-ins.ts";

const CLIENT_ID = "floww-cli";
const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
const REQUEST_MS_MAX = 30_000;
const SECOND_MS = 1_000;
const INTERVAL_SECONDS = 5;
const SLOW_DOWN_SECONDS = 5;

const webAddress = z.url({ protocol: /^https?$/ });

const device = z.object({
  device_code: z.string().min(1),
  user_code: z.string().regex(/^[\w -]{1,40}$/),
  verification_uri: webAddress,
  verification_uri_complete: webAddress.optional(),
  expires_in: z.number().positive(),
  interval: z.number().positive().default(INTERVAL_SECONDS),
});

const tokens = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.number().positive(),
});

export type Device = z.infer<typeof device>;

/** Injected in tests: what else a poll waits with. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

const realSleep: Sleep = (ms, signal) => sleep(ms, undefined, { signal });

/** The server's OAuth endpoints, as a public client without a secret. */
export class OAuthClient {
  readonly #serverUrl: string;
  readonly #sleep: Sleep;

  constructor(serverUrl: string, { sleep = realSleep }: { sleep?: Sleep } = {}) {
    this.#serverUrl = serverUrl;
    this.#sleep = sleep;
  }

  async startDevice(signal: AbortSignal): Promise<Device> {
    const answer = await this.#post("/oauth/device_authorization", {}, signal);
    if (answer.status === 200) return device.parse(answer.body);
    throw this.#unexpected(answer);
  }

  /** Waits for the person's decision by the rules of RFC 8628, 3.5. @throws FlowwError LOGIN_FAILED */
  async waitForTokens(started: Device, signal: AbortSignal): Promise<SignIn> {
    let waitSeconds = started.interval;
    const fields = { grant_type: DEVICE_GRANT, device_code: started.device_code };
    for (;;) {
      await this.#sleep(waitSeconds * SECOND_MS, signal);
      const answer = await this.#post("/oauth/token", fields, signal).catch((error: unknown) => {
        if (signal.aborted) throw error;
        // The network, not the server: asked again, but not at once.
        waitSeconds *= 2;
        return undefined;
      });
      if (answer?.status === 200) return this.#toSignIn(answer.body);
      if (answer?.error === "access_denied") throw new FlowwError("LOGIN_FAILED", "The sign-in was denied.");
      if (answer?.error === "expired_token") throw tooLate();
      if (answer?.error === "slow_down") waitSeconds += SLOW_DOWN_SECONDS;
      else if (answer !== undefined && answer.error !== "authorization_pending")
        throw this.#unexpected(answer);
      if (waitSeconds > started.expires_in) throw tooLate();
    }
  }

  /** The next pair; undefined when the server ended this sign-in. */
  async refresh(refreshToken: string): Promise<SignIn | undefined> {
    const fields = { grant_type: "refresh_token", refresh_token: refreshToken };
    const answer = await this.#post("/oauth/token", fields);
    if (answer.status === 200) return this.#toSignIn(answer.body);
    if (answer.error === "invalid_grant") return undefined;
    throw this.#unexpected(answer);
  }

  async revoke(token: string): Promise<void> {
    const answer = await this.#post("/oauth/revoke", { token });
    if (answer.status !== 200) throw this.#unexpected(answer);
  }

  #toSignIn(body: unknown): SignIn {
    const { access_token, refresh_token, expires_in } = tokens.parse(body);
    const expiresAtMs = Date.now() + expires_in * SECOND_MS;
    return { server: this.#serverUrl, accessToken: access_token, refreshToken: refresh_token, expiresAtMs };
  }

  async #post(path: string, fields: Record<string, string>, signal?: AbortSignal): Promise<Answer> {
    const limit = AbortSignal.timeout(REQUEST_MS_MAX);
    const answer = await reachServer(this.#serverUrl)(this.#serverUrl.replace(/\/$/, "") + path, {
      method: "POST",
      body: new URLSearchParams({ client_id: CLIENT_ID, ...fields }),
      redirect: "error",
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const text = await answer.text();
    const body = parseJson(text);
    const error = (body as { error?: unknown } | undefined)?.error;
    return { status: answer.status, body, error: typeof error === "string" ? error : undefined };
  }

  #unexpected({ status, error }: Answer): FlowwError {
    return new FlowwError(
      "LOGIN_FAILED",
      `${this.#serverUrl} answered ${status}${error === undefined ? "" : ` (${error.slice(0, 100)})`}.`,
      { fix: "Check that this is the address of a Floww server of the same age as this command line." },
    );
  }
}

interface Answer {
  status: number;
  body: unknown;
  error: string | undefined;
}

function parseJson(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tooLate(): FlowwError {
  return new FlowwError("LOGIN_FAILED", "Nobody approved the code in time.", {
    fix: "Run `floww login` again.",
  });
}
