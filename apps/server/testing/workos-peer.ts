import { createHash, createHmac, generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { SignJWT } from "jose";
import type { IdentityPeer, ProvenPerson } from "../domain/identity/conformance.ts";

export const WORKOS_CLIENT = { id: "client_01FLOWW", apiKey: "sk_test_floww", webhookSecret: "whsec_floww" };

export interface PeerUser {
  id: string;
  email: string;
  email_verified: boolean;
  first_name: string | null;
  last_name: string | null;
}

export interface PeerMembership {
  id: string;
  organization_id: string;
  organization_name: string;
  user_id: string;
  status: "active" | "inactive" | "pending";
  role: { slug: string };
  directory_managed: boolean;
}

export interface PeerEvent {
  object: "event";
  id: string;
  event: string;
  data: Record<string, unknown>;
  created_at: string;
}

interface Issued {
  userId: string;
  sessionId: string;
  challenge?: string;
}

const PAGE_MAX = 100;

/**
 * WorkOS, as far as the server asks it: its addresses, parameters, answers and errors, over HTTP. Its sign-in page says at
 * once who `user` is. Codes and refresh tokens are good once, PKCE and the client's secret are checked.
 */
export class WorkosPeer implements IdentityPeer {
  user: PeerUser = aUser("ada");
  memberships: PeerMembership[] = [];
  readonly events: PeerEvent[] = [];
  /** Not ended there. */
  readonly sessions = new Set<string>();
  /** What the person answers to the sign-in page. */
  isRefusing = false;
  isDown = false;
  /** Somebody of the provider's dashboard acts as the person. */
  impersonator: { email: string; reason: string } | undefined;
  /** Ids of events that its list does not know any more. */
  forgotten: string | undefined;
  readonly asked: string[] = [];
  #redirectUri: string | undefined;
  readonly #codes = new Map<string, Issued>();
  readonly #refreshTokens = new Map<string, Issued>();
  readonly #key = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;
  readonly #http = createServer((request, response) => void this.#answer(request, response));

  static async start(): Promise<WorkosPeer> {
    const peer = new WorkosPeer();
    await new Promise<void>((resolve) => peer.#http.listen(0, "127.0.0.1", resolve));
    return peer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  get environment() {
    return {
      FLOWW_WORKOS_CLIENT_ID: WORKOS_CLIENT.id,
      FLOWW_WORKOS_API_KEY: WORKOS_CLIENT.apiKey,
      FLOWW_WORKOS_WEBHOOK_SECRET: WORKOS_CLIENT.webhookSecret,
      FLOWW_WORKOS_API_URL: this.url,
    };
  }

  set person({ subject, email, isEmailVerified, name }: ProvenPerson) {
    const { id } = aUser(subject);
    this.user = { id, email, email_verified: isEmailVerified, first_name: name, last_name: null };
  }

  get person(): ProvenPerson {
    const { id, email, email_verified: isEmailVerified, first_name } = this.user;
    return { subject: id.replace("user_", ""), email, isEmailVerified, name: first_name ?? "" };
  }

  knowClient(serverUrl: string): void {
    this.#redirectUri = `${serverUrl}/login/callback`;
  }

  /** Something happens: it is in the list of events from now on, and whoever wants it delivered sends it. */
  emit(event: string, data: Record<string, unknown>, at = new Date()): PeerEvent {
    const made: PeerEvent = { object: "event", id: anId("event"), event, data, created_at: at.toISOString() };
    this.events.push(made);
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", this.url);
    this.asked.push(`${request.method} ${url.pathname}${url.search}`);
    if (this.isDown) return void request.socket.destroy();
    const reply = await this.#reply(request, url).catch((error: unknown) => {
      if (error instanceof PeerError) return { status: error.status, body: error.body };
      return { status: 500, body: { message: String(error) } };
    });
    if ("location" in reply) response.writeHead(302, { location: reply.location }).end();
    else
      response
        .writeHead(reply.status, {
          "content-type": "application/json; charset=utf-8",
          "x-request-id": "req_1",
        })
        .end(JSON.stringify(reply.body));
  }

  async #reply(
    request: IncomingMessage,
    url: URL,
  ): Promise<{ location: string } | { status: number; body: object }> {
    const query = url.searchParams;
    switch (`${request.method} ${url.pathname}`) {
      case "GET /user_management/authorize":
        return { location: this.#authorize(query) };
      case "POST /user_management/authenticate":
        return {
          status: 200,
          body: await this.#authenticate((await json(request)) as Record<string, string>),
        };
      case "GET /user_management/sessions/logout":
        this.sessions.delete(query.get("session_id") ?? "");
        return { location: query.get("return_to") ?? "/" };
    }
    if (request.headers.authorization !== `Bearer ${WORKOS_CLIENT.apiKey}`)
      throw new PeerError(401, { message: "Unauthorized" });
    switch (`${request.method} ${url.pathname}`) {
      case "GET /user_management/organization_memberships":
        return { status: 200, body: this.#listMemberships(query) };
      case "GET /events":
        return { status: 200, body: this.#listEvents(query) };
      case "POST /portal/generate_link": {
        const { intent, organization, return_url } = (await json(request)) as Record<string, string>;
        const link = `https://setup.workos.com/${intent}/${organization}?return=${encodeURIComponent(return_url ?? "")}`;
        return { status: 201, body: { link } };
      }
    }
    throw new PeerError(404, { message: "Not Found", code: "not_found" });
  }

  #authorize(query: URLSearchParams): string {
    const redirectUri = query.get("redirect_uri") ?? "";
    if (query.get("client_id") !== WORKOS_CLIENT.id || this.#redirectUri !== redirectUri)
      throw new PeerError(400, {
        error: "invalid_request",
        error_description: "This is not a valid redirect URI.",
      });
    const back = new URL(redirectUri);
    const state = query.get("state");
    if (state !== null) back.searchParams.set("state", state);
    const isWhole = query.get("response_type") === "code" && query.get("provider") === "authkit";
    const isProven = query.get("code_challenge_method") === "S256" && query.has("code_challenge");
    if (!isWhole || !isProven) back.searchParams.set("error", "invalid_request");
    else if (this.isRefusing) {
      back.searchParams.set("error", "access_denied");
      back.searchParams.set("error_description", "<script>alert(1)</script> call 555-EVIL");
    } else {
      const code = randomBytes(16).toString("hex");
      const sessionId = anId("session");
      this.#codes.set(code, {
        userId: this.user.id,
        sessionId,
        challenge: query.get("code_challenge") ?? "",
      });
      back.searchParams.set("code", code);
    }
    return back.href;
  }

  async #authenticate(asked: Record<string, string>): Promise<object> {
    if (asked.client_id !== WORKOS_CLIENT.id || asked.client_secret !== WORKOS_CLIENT.apiKey)
      throw new PeerError(400, { error: "invalid_client", error_description: "Invalid client secret." });
    const issued = this.#redeem(asked);
    if (issued === undefined)
      throw new PeerError(400, {
        error: "invalid_grant",
        error_description: "It is not valid or has expired.",
      });
    this.sessions.add(issued.sessionId);
    const refreshToken = randomBytes(12).toString("hex");
    this.#refreshTokens.set(refreshToken, issued);
    return {
      user: { object: "user", ...this.user, ...stamps() },
      organization_id: null,
      access_token: await this.#accessToken(issued),
      refresh_token: refreshToken,
      authentication_method: "Password",
      ...(this.impersonator === undefined ? {} : { impersonator: this.impersonator }),
    };
  }

  #redeem(asked: Record<string, string>): Issued | undefined {
    if (asked.grant_type === "refresh_token") {
      const issued = this.#refreshTokens.get(asked.refresh_token ?? "");
      this.#refreshTokens.delete(asked.refresh_token ?? "");
      return issued !== undefined && this.sessions.has(issued.sessionId) ? issued : undefined;
    }
    const issued = this.#codes.get(asked.code ?? "");
    this.#codes.delete(asked.code ?? "");
    const challenge = createHash("sha256")
      .update(asked.code_verifier ?? "")
      .digest("base64url");
    return issued?.challenge === challenge ? issued : undefined;
  }

  #accessToken({ userId, sessionId }: Issued): Promise<string> {
    return new SignJWT({ sid: sessionId, jti: anId("jti") })
      .setProtectedHeader({ alg: "RS256", kid: "one" })
      .setIssuer(`${this.url}/user_management/${WORKOS_CLIENT.id}`)
      .setSubject(userId)
      .setIssuedAt()
      .setExpirationTime("5 minutes")
      .sign(this.#key);
  }

  #listMemberships(query: URLSearchParams): object {
    const statuses = listed(query, "statuses");
    const found = this.memberships.filter(
      ({ user_id, status }) => user_id === query.get("user_id") && statuses.includes(status),
    );
    const start = found.findIndex(({ id }) => id === query.get("after")) + 1;
    const page = found.slice(start, start + limitOf(query));
    const data = page.map((one) => ({ object: "organization_membership", ...one, ...stamps() }));
    const isLast = start + page.length === found.length;
    return { object: "list", data, list_metadata: { before: null, after: isLast ? null : page.at(-1)!.id } };
  }

  #listEvents(query: URLSearchParams): object {
    const names = listed(query, "events");
    if (names.length === 0)
      throw new PeerError(422, {
        message: "Validation failed",
        errors: [{ code: "events must not be empty" }],
      });
    const after = query.get("after");
    if (after !== null && (after === this.forgotten || !this.events.some(({ id }) => id === after)))
      throw new PeerError(422, { message: "Invalid cursor", errors: [{ code: "after is not an event" }] });
    const since = query.get("range_start") ?? "";
    const later = this.events.slice(this.events.findIndex(({ id }) => id === after) + 1);
    const limit = limitOf(query);
    const data = later
      .filter(({ event, created_at }) => names.includes(event) && created_at >= since)
      .slice(0, limit);
    return { object: "list", data, list_metadata: { before: null, after: data.at(-1)?.id ?? null } };
  }
}

export async function startWorkosPeer(person: ProvenPerson): Promise<WorkosPeer> {
  const peer = await WorkosPeer.start();
  peer.person = person;
  return peer;
}

/** As WorkOS signs: milliseconds, and the very bytes. */
export function signWebhook(body: string, secret = WORKOS_CLIENT.webhookSecret, atMs = Date.now()): string {
  const hash = createHmac("sha256", secret).update(`${atMs}.${body}`).digest("hex");
  return `t=${atMs}, v1=${hash}`;
}

export function aUser(name: string, email = `${name}@example.com`): PeerUser {
  return { id: `user_${name}`, email, email_verified: true, first_name: name, last_name: "<b>Lovelace</b>" };
}

export function aMembershipOf(user: PeerUser, organization: string, slug = "developer"): PeerMembership {
  return {
    id: anId("om"),
    organization_id: organization,
    organization_name: `The ${organization}`,
    user_id: user.id,
    status: "active",
    role: { slug },
    directory_managed: false,
  };
}

function limitOf(query: URLSearchParams): number {
  return Math.min(Number(query.get("limit") ?? 10), PAGE_MAX);
}

/** The library sends a list as one value with commas. */
function listed(query: URLSearchParams, name: string): string[] {
  return [...query.getAll(`${name}[]`), ...(query.get(name)?.split(",") ?? [])];
}

function anId(kind: string): string {
  return `${kind}_${randomBytes(8).toString("hex")}`;
}

function stamps() {
  const now = new Date().toISOString();
  return { created_at: now, updated_at: now };
}

class PeerError extends Error {
  readonly status: number;
  readonly body: object;

  constructor(status: number, body: object) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}
