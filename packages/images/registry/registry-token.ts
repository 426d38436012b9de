import { FlowwError } from "@floww/contract/errors";
import { z } from "zod";
import { readSmall, sendRequest } from "./send-request.ts";

export interface Credentials {
  username: string;
  password: string;
}

const tokenAnswer = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** What a registry wants to see with each request: a Bearer token that its realm gives for our credentials, or these. */
export class RegistryToken {
  readonly #basic: string | undefined;
  header: string | undefined;

  constructor(credentials: Credentials | undefined) {
    this.#basic =
      credentials &&
      `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
  }

  /** Answers a challenge. @throws FlowwError REGISTRY_REFUSED */
  async answer(challenge: string, origin: URL): Promise<void> {
    if (/^basic\b/i.test(challenge)) {
      if (this.#basic === undefined || this.header === this.#basic)
        throw new FlowwError("REGISTRY_REFUSED", `${origin.host} wants other credentials.`);
      this.header = this.#basic;
      return;
    }
    const fields = Object.fromEntries(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    );
    if (!/^bearer\b/i.test(challenge) || fields.realm === undefined)
      throw new FlowwError("REGISTRY_REFUSED", `${origin.host} does not say how it wants to be asked.`);
    const realm = new URL(fields.realm, origin);
    if (realm.protocol !== "https:" && realm.hostname !== origin.hostname)
      throw new FlowwError(
        "REGISTRY_REFUSED",
        `${origin.host} sends for a token to ${realm.origin}, not encrypted.`,
      );
    if (fields.service !== undefined) realm.searchParams.set("service", fields.service);
    for (const scope of (fields.scope ?? "").split(" "))
      if (scope !== "") realm.searchParams.append("scope", scope);
    // Where a registry sends us is its word: our password goes to nobody but the host that it was given for.
    const isOwn = realm.hostname === origin.hostname;
    const answer = await sendRequest({
      method: "GET",
      url: realm,
      headers: this.#basic === undefined || !isOwn ? {} : { authorization: this.#basic },
    });
    const body = await readSmall(answer);
    const parsed = answer.status === 200 ? tokenAnswer.safeParse(parseJson(body)) : undefined;
    const token = parsed?.data?.token ?? parsed?.data?.access_token;
    if (token === undefined)
      throw new FlowwError("REGISTRY_REFUSED", `${realm.host} gave no token: it answered ${answer.status}.`);
    this.header = `Bearer ${token}`;
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
