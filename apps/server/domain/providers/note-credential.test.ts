import type { CredentialState } from "@floww/providers/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { anOrganization, aVault } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import type { Connection } from "./connection.ts";
import { describeCredential, noteCredential } from "./note-credential.ts";
import { findProviderById, type Provider, upsertProvider } from "./store.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const expiresAt = new Date("2026-12-01T08:00:00Z");

describe("what answers say of a credential", () => {
  let database: TestDatabase;
  let namespaceId: string;
  let keyId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    namespaceId = (await anOrganization(database)).namespace.id;
    keyId = (await aVault(database)).keyId;
  });
  afterAll(() => database[Symbol.asyncDispose]());

  async function aProvider({ id = newUuid(), version = 1, alias = "default" } = {}): Promise<Provider> {
    const row = { id, namespaceId, type: "github", alias, key: `prv_${id}`, settings: {}, secretFields: [] };
    const sealed = { version, keyId, sealed: Buffer.alloc(0), account: "octo", updatedBy: "ada" };
    return (await upsertProvider(database, { ...row, ...sealed }))!;
  }

  async function note(provider: Provider, state: CredentialState): Promise<Provider> {
    // Of the connection only the row is looked at.
    await noteCredential(database, { provider } as Connection, state);
    return (await findProviderById(database, namespaceId, provider.id))!;
  }

  test("is kept beside the provider until they say something else", async () => {
    const first = await aProvider({ alias: "kept" });
    const dying = await note(first, { kind: "accepted", expiresAt });
    expect(dying).toMatchObject({ credentialFailure: null, credentialExpiresAt: expiresAt });
    const dead = await note(dying, { kind: "refused", reason: "GitHub says no" });
    expect(dead).toMatchObject({ credentialFailure: "GitHub says no.", credentialExpiresAt: expiresAt });
    const alive = await note(dead, { kind: "accepted" });
    expect(alive).toMatchObject({ credentialFailure: null, credentialExpiresAt: null });
  });

  test("is not said of the credential that came after it", async () => {
    const old = await aProvider({ alias: "changed" });
    await aProvider({ id: old.id, version: 2, alias: "changed" });
    expect(await note(old, { kind: "refused", reason: "GitHub says no" })).toMatchObject({
      version: 2,
      credentialFailure: null,
    });
  });

  test("is forgotten with the credential", async () => {
    const old = await aProvider({ alias: "forgotten" });
    await note(old, { kind: "refused", reason: "GitHub says no" });
    const changed = await aProvider({ id: old.id, version: 2, alias: "forgotten" });
    expect(changed).toMatchObject({ credentialFailure: null, credentialExpiresAt: null });
  });

  test("writes nothing when it is nothing new", async () => {
    const known = await note(await aProvider({ alias: "quiet" }), { kind: "accepted", expiresAt });
    const xmin = async () =>
      (await database.query("select xmin::text from providers where id = $1", [known.id])).rows[0];
    const before = await xmin();
    await note(known, { kind: "accepted", expiresAt: new Date(expiresAt) });
    expect(await xmin()).toEqual(before);
  });

  test("warns two weeks before its end, and names the command", async () => {
    const dying = await note(await aProvider({ alias: "work" }), { kind: "accepted", expiresAt });
    const said = (ms: number) => describeCredential(dying, expiresAt.getTime() + ms);
    expect(said(-15 * DAY_MS)).toBeUndefined();
    expect(said(-13 * DAY_MS)).toBe(
      "github (work): its credential expires on 2026-12-01. Make a new one, then: floww providers set github --alias work",
    );
    expect(said(DAY_MS)).toMatch(/ expired on 2026-12-01\./);
    const dead = await note(dying, { kind: "refused", reason: "GitHub says no" });
    expect(describeCredential(dead)).toMatch(/^github \(work\): GitHub says no\. Make a new one/);
  });
});
