import { randomBytes } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import type { SentAttempt, VendorOutbox } from "@floww/providers/server";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { anOrganization, aVault } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { claimUnrecovered, insertRegistration, markRegistered } from "../providers/registrations/store.ts";
import { Verdict } from "./ledger.ts";
import { recoverMissed } from "./recover-missed.ts";

const MINUTE_MS = 60_000;

let database: TestDatabase;
let namespaceId: string;
let keyId: string;
let providerId: string;
let registrationId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  namespaceId = (await anOrganization(database)).namespace.id;
  keyId = (await aVault(database)).keyId;
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  [providerId, registrationId] = [newUuid(), newUuid()];
  await database.query(
    `insert into providers (id, namespace_id, type, alias, key, settings, secret_fields, version, key_id, sealed, account, updated_by)
     values ($1, $2, 'github', $3, $3, '{}', '{}', 1, $4, '', 'octo', 'owner')`,
    [providerId, namespaceId, randomBytes(6).toString("hex"), keyId],
  );
  const sealed = { keyId, sealed: Buffer.alloc(1) };
  const row = { id: registrationId, namespaceId, providerId, target: "octo/hello", events: ["push"] };
  await insertRegistration(database, { ...row, ...sealed });
  await markRegistered(database, registrationId, { vendorId: "7", events: ["push"] });
});

/** A vendor's list, and what it was asked to send again. */
function aVendor(sent: readonly SentAttempt[], { isWhole = true } = {}) {
  const asked: string[] = [];
  const outbox: VendorOutbox = {
    list: async (_, there, sinceMs) => {
      expect(there).toEqual({ id: "7", target: "octo/hello" });
      return { attempts: sent.filter(({ sentAtMs }) => sentAtMs >= sinceMs), isWhole };
    },
    sendAgain: async (_, __, attemptId) => {
      asked.push(attemptId);
    },
  };
  return { outbox, asked };
}

async function recover({ outbox }: { outbox: VendorOutbox }, atMs = Date.now()): Promise<number> {
  const [registration] = (await claimUnrecovered(database, -1)).filter(({ id }) => id === registrationId);
  const vendor = { fields: {}, fetch: () => Promise.reject(new TypeError("not used")) };
  return recoverMissed({ database, vendor, outbox, now: () => atMs }, registration!);
}

const minutesAgo = (minutes: number) => Date.now() - minutes * MINUTE_MS;

async function cameIn(deliveryId: string, verdict: number, sentAtMs: number): Promise<void> {
  const isRefused = verdict === Verdict.badSignature;
  const head = { type: isRefused ? "webhook" : "provider", name: "push", deliveryId, headers: [] };
  await database.query(
    `insert into deliveries (id, namespace_id, provider_id, verdict, head, remote_address) values ($1, $2, $3, $4, $5, '')`,
    [newUuid(sentAtMs), namespaceId, providerId, verdict, Buffer.from(JSON.stringify(head))],
  );
}

test("what did not come in is asked for once more, oldest first; what came, was filtered or is on its way is not", async () => {
  const vendor = aVendor([
    { id: "6", deliveryId: "on its way", sentAtMs: minutesAgo(0.5) },
    { id: "5", deliveryId: "missed late", sentAtMs: minutesAgo(10) },
    { id: "4", deliveryId: "refused", sentAtMs: minutesAgo(20) },
    { id: "3", deliveryId: "filtered", sentAtMs: minutesAgo(30) },
    { id: "2", deliveryId: "came", sentAtMs: minutesAgo(40) },
    { id: "1", deliveryId: "missed early", sentAtMs: minutesAgo(50) },
  ]);
  await cameIn("came", Verdict.accepted, minutesAgo(40));
  await cameIn("filtered", Verdict.filtered, minutesAgo(30));
  await cameIn("refused", Verdict.badSignature, minutesAgo(20));
  expect(await recover(vendor)).toBe(3);
  expect(vendor.asked).toEqual(["1", "4", "5"]);
});

test("looking again asks for nothing twice, and later only for what came after", async () => {
  const sent = [{ id: "1", deliveryId: "missed", sentAtMs: minutesAgo(30) }];
  const vendor = aVendor(sent);
  await recover(vendor);
  await recover(vendor);
  expect(vendor.asked).toEqual(["1"]);
  sent.unshift({ id: "2", deliveryId: "missed too", sentAtMs: minutesAgo(3) });
  await recover(aVendor(sent));
  const later = aVendor(sent);
  expect(await recover(later, Date.now() + 60 * MINUTE_MS)).toBe(0);
});

test("one that goes on failing is asked for a few times, by its newest try, and then no more", async () => {
  const tries: SentAttempt[] = [];
  const asked: string[] = [];
  for (let round = 0; round < 8; round++) {
    tries.unshift({ id: String(round), deliveryId: "failing", sentAtMs: minutesAgo(3) });
    const vendor = aVendor(tries);
    await recover(vendor);
    asked.push(...vendor.asked);
    await database.query("update missed_deliveries set asked_at = now() - interval '11 minutes'");
  }
  expect(asked).toEqual(["0", "1", "2", "3", "4"]);
});

test("what one look does not reach is looked at by the next", async () => {
  const many = Array.from({ length: 150 }, (_, index) => ({
    id: String(index),
    deliveryId: `missed ${index}`,
    sentAtMs: minutesAgo(30) - index,
  }));
  const [first, second] = [aVendor(many), aVendor(many)];
  expect([await recover(first), await recover(second)]).toEqual([100, 50]);
  expect(new Set([...first.asked, ...second.asked]).size).toBe(150);
});

test("one that the vendor will not send again holds up no other", async () => {
  const sent = ["2", "1"].map((id) => ({
    id,
    deliveryId: `missed ${id}`,
    sentAtMs: minutesAgo(30) - Number(id),
  }));
  const { outbox, asked } = aVendor(sent);
  const picky: VendorOutbox = {
    ...outbox,
    sendAgain: async (vendor, there, id) => {
      if (id === "1") throw new FlowwError("REGISTRATION_FAILED");
      return outbox.sendAgain(vendor, there, id);
    },
  };
  await expect(recover({ outbox: picky })).rejects.toMatchObject({ code: "REGISTRATION_FAILED" });
  expect(asked).toEqual(["2"]);
});

test("a vendor that refuses leaves the look open for the next one", async () => {
  const sent = [{ id: "1", deliveryId: "missed", sentAtMs: minutesAgo(30) }];
  const failing: VendorOutbox = {
    ...aVendor(sent).outbox,
    list: () => Promise.reject(new FlowwError("REGISTRATION_FAILED")),
  };
  await expect(recover({ outbox: failing })).rejects.toMatchObject({ code: "REGISTRATION_FAILED" });
  const vendor = aVendor(sent);
  await recover(vendor);
  expect(vendor.asked).toEqual(["1"]);
});
