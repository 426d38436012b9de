import { FlowwError } from "@floww/contract/errors";
import type * as WorkosLibrary from "@workos-inc/node";

export type WorkosEvent = WorkosLibrary.Event;
export type WorkosEventName = WorkosLibrary.EventName;
export type WorkosMembership = WorkosLibrary.OrganizationMembership;
export type WorkosSignedIn = WorkosLibrary.AuthenticationResponse;

export interface WorkosOptions {
  clientId: string;
  apiKey: string;
  /** Signs what WorkOS sends by itself. */
  webhookSecret: string;
  /** `https://api.workos.com`, or the domain that WorkOS serves under your name. */
  apiUrl: URL;
}

/** A person waits for the page; who takes longer is down. */
const TIMEOUT_MS = 10_000;
/** How far a signature's time may be from ours, either way. */
const TOLERANCE_MS = 3 * 60_000;
const PAGE = 100;
/** Of one person's memberships: whoever has more than 2,000 is no person. */
const PAGES_MAX = 20;

interface Opened {
  library: typeof WorkosLibrary;
  workos: WorkosLibrary.WorkOS;
}

/** WorkOS by its own library, loaded when it is first asked. Nothing is tried twice here: a code is good once. */
export class WorkosClient {
  readonly clientId: string;
  readonly #options: WorkosOptions;
  #opened: Promise<Opened> | undefined;

  constructor(options: WorkosOptions) {
    this.#options = options;
    this.clientId = options.clientId;
  }

  async authorizationUrl(asked: { redirectUri: string; state: string; codeChallenge: string }): Promise<URL> {
    const { workos } = await this.#open();
    return new URL(
      workos.userManagement.getAuthorizationUrl({
        ...asked,
        provider: "authkit",
        codeChallengeMethod: "S256",
      }),
    );
  }

  /** @throws FlowwError SIGN_IN_REFUSED, IDENTITY_UNAVAILABLE */
  authenticateWithCode(given: { code: string; codeVerifier: string }): Promise<WorkosSignedIn> {
    return this.#ask("SIGN_IN_REFUSED", ({ workos }) => workos.userManagement.authenticateWithCode(given));
  }

  /** @throws FlowwError SIGN_IN_REFUSED when the session there is over, IDENTITY_UNAVAILABLE */
  authenticateWithRefreshToken(refreshToken: string): Promise<WorkosSignedIn> {
    return this.#ask(
      "SIGN_IN_REFUSED",
      ({ workos }) => workos.userManagement.authenticateWithRefreshToken({ refreshToken }),
      isSessionOver,
    );
  }

  async logoutUrl(asked: { sessionId: string; returnTo: string }): Promise<URL> {
    const { workos } = await this.#open();
    return new URL(workos.userManagement.getLogoutUrl(asked));
  }

  /** All that a person has, whatever their status. @throws FlowwError IDENTITY_UNAVAILABLE */
  listMemberships(userId: string): Promise<WorkosMembership[]> {
    return this.#ask("IDENTITY_UNAVAILABLE", async ({ workos }) => {
      const found: WorkosMembership[] = [];
      let after: string | undefined;
      for (let pages = 0; pages < PAGES_MAX; pages++) {
        const page = await workos.userManagement.listOrganizationMemberships({
          userId,
          statuses: ["active", "inactive", "pending"],
          limit: PAGE,
          order: "asc",
          ...(after === undefined ? {} : { after }),
        });
        found.push(...page.data);
        after = page.listMetadata.after ?? undefined;
        if (after === undefined) return found;
      }
      // Half of them would end the other half here.
      throw new RangeError(`WorkOS lists more than ${PAGES_MAX * PAGE} memberships of one person`);
    });
  }

  /** Oldest first, `PAGE` at most. @throws FlowwError IDENTITY_UNAVAILABLE, NOT_FOUND for a cursor that is not known any more */
  async listEvents(
    events: WorkosEventName[],
    from: { after: string } | { since: Date },
  ): Promise<WorkosEvent[]> {
    const place = "after" in from ? { after: from.after } : { rangeStart: from.since.toISOString() };
    const page = await this.#ask("NOT_FOUND", ({ workos }) =>
      workos.events.listEvents({ events, limit: PAGE, order: "asc", ...place }),
    );
    return page.data;
  }

  /** `body` as it came, byte for byte. @throws FlowwError SIGNATURE_INVALID */
  async readWebhook(body: Buffer, signature: string): Promise<WorkosEvent> {
    const { workos } = await this.#open();
    const refused = (cause?: unknown) =>
      new FlowwError("SIGNATURE_INVALID", "The request was not signed by WorkOS.", { cause });
    const signedAtMs = Number(/^\s*t=(\d{1,15})\s*,/.exec(signature)?.[1]);
    // The library looks at the past only, and at no time that is not a number.
    if (!(Math.abs(Date.now() - signedAtMs) <= TOLERANCE_MS)) throw refused();
    return workos.webhooks
      .constructEvent({
        payload: new Uint8Array(body),
        sigHeader: signature,
        secret: this.#options.webhookSecret,
        tolerance: TOLERANCE_MS,
      })
      .catch((cause: unknown) => {
        throw refused(cause);
      });
  }

  /** @throws FlowwError IDENTITY_UNAVAILABLE */
  async portalLink(asked: {
    organization: string;
    intent: WorkosLibrary.GenerateLinkIntent;
    returnUrl: string;
  }): Promise<URL> {
    const { link } = await this.#ask("IDENTITY_UNAVAILABLE", ({ workos }) =>
      workos.adminPortal.generateLink(asked),
    );
    return new URL(link);
  }

  #open(): Promise<Opened> {
    this.#opened ??= open(this.#options);
    return this.#opened;
  }

  /** `refusal`: what it means when WorkOS says that what was asked for is wrong. */
  async #ask<T>(
    refusal: "SIGN_IN_REFUSED" | "IDENTITY_UNAVAILABLE" | "NOT_FOUND",
    work: (opened: Opened) => Promise<T>,
    isRefused: (cause: unknown) => boolean = isRefusal,
  ): Promise<T> {
    const opened = await this.#open();
    return work(opened).catch((cause: unknown) => {
      const code = isRefused(cause) ? refusal : "IDENTITY_UNAVAILABLE";
      throw new FlowwError(code, undefined, { cause });
    });
  }
}

async function open({ clientId, apiKey, apiUrl }: WorkosOptions): Promise<Opened> {
  const library = await import("@workos-inc/node");
  const workos = new library.WorkOS(apiKey, {
    clientId,
    apiHostname: apiUrl.hostname,
    https: apiUrl.protocol === "https:",
    timeout: TIMEOUT_MS,
    maxRetries: 0,
    ...(apiUrl.port === "" ? {} : { port: Number(apiUrl.port) }),
  });
  return { library, workos };
}

/** A wrong key, a time-out and too many requests are no person's doing; what WorkOS's rules for a sign-in say is. */
function isRefusal(cause: unknown): boolean {
  const { status, name, error } = cause as { status?: unknown; name?: unknown; error?: unknown };
  if (name === "AuthenticationException") return true;
  if (error === "invalid_client" || error === "unauthorized_client") return false;
  return (
    typeof status === "number" && status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status)
  );
}

/** As WorkOS's own library tells it; after any other answer the session may well go on. */
function isSessionOver(cause: unknown): boolean {
  const { name, error } = cause as { name?: unknown; error?: unknown };
  return name === "AuthenticationException" || error === "invalid_grant";
}
