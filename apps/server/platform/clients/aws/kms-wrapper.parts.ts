import { randomUUID } from "node:crypto";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isMotoInstalled, type MotoServer, startMoto } from "../../../testing/moto-server.ts";
import { describeKeyWrapper } from "../../keys/wrapper-conformance.ts";
import { createKmsWrapper } from "./kms-wrapper.ts";

const REGION = "eu-central-1";
const credentials = { accessKeyId: "test", secretAccessKey: "test" };

// AWS's own client against moto's KMS, which encrypts for real and binds to key and context.
describe.skipIf(!isMotoInstalled)("[needs moto_server]", () => {
  let moto: MotoServer;
  let client: KMSClient;
  beforeAll(async () => {
    moto = await startMoto();
    client = new KMSClient({ region: REGION, endpoint: moto.url, credentials });
  });
  afterAll(async () => {
    client.destroy();
    await moto[Symbol.asyncDispose]();
  });

  const aKey = async () => (await client.send(new CreateKeyCommand({}))).KeyMetadata!.KeyId!;

  describeKeyWrapper("AWS KMS", async () => ({
    wrapper: createKmsWrapper({ client, keyId: await aKey() }),
    other: createKmsWrapper({ client, keyId: await aKey() }),
    close: async () => undefined,
  }));

  test("what KMS refuses is told as that, and its absence as an outage", async () => {
    const keyId = await aKey();
    const wrapper = createKmsWrapper({ client, keyId });
    const wrapped = await wrapper.wrap("a", Buffer.alloc(32));
    const absent = createKmsWrapper({ client, keyId: randomUUID() });
    await expect(absent.wrap("a", Buffer.alloc(32))).rejects.toMatchObject({ code: "KEYS_REFUSED" });
    const nowhere = new KMSClient({
      region: REGION,
      endpoint: "http://127.0.0.1:1",
      credentials,
      maxAttempts: 1,
    });
    const away = createKmsWrapper({ client: nowhere, keyId });
    await expect(away.unwrap("a", wrapped)).rejects.toMatchObject({ code: "KEYS_UNAVAILABLE" });
    nowhere.destroy();
  });
});
