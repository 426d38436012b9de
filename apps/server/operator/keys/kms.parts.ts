import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../../config/config.ts";
import type { Environment } from "../../config/env.ts";
import { openKeys } from "../../domain/secrets/keys/open-keys.ts";
import { moveKeys } from "../../domain/secrets/rotation/move-keys.ts";
import { rotateKeys } from "../../domain/secrets/rotation/rotate-keys.ts";
import { secretTables } from "../../domain/secrets/rotation/sealed-table.ts";
import type { Database } from "../../platform/db/database.ts";
import { createFileWrapper } from "../../platform/keys/file-wrapper.ts";
import { openKeyWrapper } from "../../start/open-key-wrapper.ts";
import { isMotoInstalled, type MotoServer, startMoto } from "../../testing/moto-server.ts";
import { startTestServer } from "../../testing/running-server.ts";

const REGION = "eu-central-1";

describe.skipIf(!isMotoInstalled)("[needs moto_server] servers whose keys AWS KMS wraps", () => {
  let moto: MotoServer;
  beforeAll(async () => {
    moto = await startMoto();
    process.env.AWS_ENDPOINT_URL_KMS = moto.url;
    process.env.AWS_ACCESS_KEY_ID = "test";
    process.env.AWS_SECRET_ACCESS_KEY = "test";
  });
  afterAll(async () => {
    await moto[Symbol.asyncDispose]();
  });

  async function aKey(): Promise<string> {
    const answer = await fetch(moto.url, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "TrentService.CreateKey",
        // moto reads the region and the service out of it, and checks no signature.
        authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/kms/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: "{}",
    });
    return ((await answer.json()) as { KeyMetadata: { KeyId: string } }).KeyMetadata.KeyId;
  }

  test("servers of one database have the same keys by KMS alone, and go on without it", async () => {
    const environment = { FLOWW_KEYS: `kms:${REGION}/${await aKey()}` };
    await using server = await startTestServer({ environment });
    await using beside = await startTestServer({ environment, beside: server });
    const client = server.client(server.ownerToken);
    const params = { namespaceId: (await client.whoAmI({})).namespaces[0]!.id };
    await client.setSecret({ params, body: { name: "a", value: { b: "c" } } });
    const theirs = beside.client(beside.ownerToken);
    await theirs.setSecret({ params, body: { name: "a", value: { b: "d" } } });
    process.env.AWS_ENDPOINT_URL_KMS = "http://127.0.0.1:1";
    await client.setSecret({ params, body: { name: "a", value: { b: "e" } } });
    await expect(startTestServer({ environment, beside: server })).rejects.toMatchObject({
      code: "KEYS_UNAVAILABLE",
    });
    process.env.AWS_ENDPOINT_URL_KMS = moto.url;
    await rotateKeys({
      database: server.database,
      tables: secretTables,
      ...(await keysOf(server.database, environment)),
    });
    expect(server.reported).toEqual([]);
    // A new value needs the old one to be readable.
    await theirs.setSecret({ params, body: { name: "a", value: { b: "f" } } });
    // A file is no key of this database.
    await expect(startTestServer({ beside: server })).rejects.toMatchObject({ code: "MASTER_KEY_WRONG" });
    expect(server.reported).toEqual([]);
  });

  test("keys move from the file to KMS and back, and every value with them", async () => {
    const environment = { FLOWW_KEYS: `kms:${REGION}/${await aKey()}` };
    await using server = await startTestServer();
    const { database, home } = server;
    const client = server.client(server.ownerToken);
    const params = { namespaceId: (await client.whoAmI({})).namespaces[0]!.id };
    await client.setSecret({ params, body: { name: "a", value: { b: "c" } } });
    await using opened = new AsyncDisposableStack();
    const kms = await openKeyWrapper(database, readConfig(environment), opened);
    const file = await openKeyWrapper(database, readConfig({ FLOWW_HOME: home }), opened);
    const other = createFileWrapper(Buffer.alloc(32, 1));
    await expect(moveKeys(database, { from: other, to: kms })).rejects.toMatchObject({
      code: "MASTER_KEY_WRONG",
    });
    expect(await moveKeys(database, { from: file, to: kms })).toBe(2);
    // The one that runs goes on.
    await client.setSecret({ params, body: { name: "a", value: { b: "d" } } });
    await expect(startTestServer({ beside: server })).rejects.toMatchObject({ code: "KEYS_ELSEWHERE" });
    await using beside = await startTestServer({ environment, beside: server });
    await beside.client(beside.ownerToken).setSecret({ params, body: { name: "a", value: { b: "e" } } });
    await moveKeys(database, { from: kms, to: other });
    const { vault } = await openKeys(database, other);
    const { rows } = await database.query<{ keyId: string }>('select key_id as "keyId" from secrets');
    expect(rows).toEqual([{ keyId: vault.keyId }]);
    expect(server.reported).toEqual([]);
  });
});

async function keysOf(database: Database, environment: Environment) {
  // Nothing to close: AWS's client holds no connection of its own.
  const wrapper = await openKeyWrapper(database, readConfig(environment), new AsyncDisposableStack());
  return { wrapper, keys: await openKeys(database, wrapper) };
}
