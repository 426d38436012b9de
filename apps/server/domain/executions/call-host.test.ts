import { limits } from "@floww/contract/limits";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aVault, aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { setSecret } from "../secrets/set-secret.ts";
import type { Vault } from "../secrets/vault.ts";
import type { Workflow } from "../workflows/store.ts";
import { CallBudget } from "./call-budget.ts";
import { openRunHost } from "./call-host.ts";
import { valueOperations } from "./host-operations.ts";

let vault: Vault;
const item = { store: "default", table: "t", key: "k" };

let database: TestDatabase;
let workflow: Workflow;
beforeAll(async () => {
  database = await createTestDatabase();
  vault = await aVault(database);
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  workflow = await aWorkflow(database);
});

function open({
  of = workflow,
  ...options
}: Partial<Parameters<typeof openRunHost>[0]> & { of?: Workflow } = {}) {
  return openRunHost({
    database,
    vault,
    run: { id: newUuid(), owner: newUuid(), epoch: 1, namespaceId: of.namespaceId, workflowId: of.id },
    operations: valueOperations,
    declaresSecret: async (name) => name === "declared",
    callVendor: async () => {
      throw new TypeError("no vendor is called here");
    },
    findRefused: async () => undefined,
    isStillOurs: async () => true,
    startedAtMs: options.now?.() ?? performance.now(),
    ...options,
  });
}

test.each(["kv.drop", "__proto__", "constructor", ""])(
  "an operation that is not offered is refused: %j",
  async (name) => {
    await expect(open().call(name, {})).rejects.toMatchObject({ code: "OPERATION_UNKNOWN" });
  },
);

test.each([
  ["kv.get", {}],
  ["kv.get", null],
  ["kv.set", { ...item, value: 1 }],
  ["kv.set", { ...item, value: "1", ttlMs: "1" }],
  ["kv.batch", { store: "default", operations: [] }],
  ["kv.listKeys", { store: "default", table: "t", limit: 0 }],
  ["secret.value", { name: "declared" }],
])("input of another shape is refused: %s %j", async (operation, input) => {
  await expect(open().call(operation, input as never)).rejects.toMatchObject({ code: "INPUT_INVALID" });
});

test("another namespace's run has stores of its own under the same names", async () => {
  const other = await aWorkflow(database);
  await open().call("kv.set", { ...item, value: "1" });
  expect(await open({ of: other }).call("kv.get", item)).toBeNull();
  await open({ of: other }).call("kv.set", { ...item, value: "2" });
  expect(await open().call("kv.get", item)).toMatchObject({ value: "1" });
});

test("a namespace in the input changes nothing", async () => {
  const other = await aWorkflow(database);
  await open().call("kv.set", { ...item, value: "1" });
  const input = { ...item, namespaceId: workflow.namespaceId, workflowId: workflow.id };
  expect(await open({ of: other }).call("kv.get", input)).toBeNull();
});

test("a secret is given only when it is declared, and then masked", async () => {
  const value = { token: 'tok"en\n123', short: "abc" };
  for (const name of ["declared", "undeclared"]) {
    const secret = { name, credential: "default", value, updatedBy: "test" };
    await setSecret({ database, vault }, workflow.namespaceId, secret);
  }
  const host = open();
  const refused = host.call("secret.value", { name: "undeclared", credential: "default" });
  await expect(refused).rejects.toMatchObject({ code: "SECRET_UNDECLARED" });
  expect(host.mask.hideText('tok"en\n123')).toBe('tok"en\n123');
  const given = await host.call("secret.value", { name: "declared", credential: "default" });
  expect(given).toEqual({ value: JSON.stringify(value) });
  const line = `a tok"en\n123 b ${JSON.stringify(value)} abc`;
  expect(host.mask.hideText(line)).toBe('a *** b {"token":"***","short":"abc"} abc');
  expect(host.mask.hideBytes(Buffer.from(line)).toString()).toBe(host.mask.hideText(line));
});

test("after the run's end nothing is answered, not even what was asked before", async () => {
  const host = open();
  const asked = host.call("kv.get", item);
  host.close();
  await expect(asked).rejects.toMatchObject({ code: "RUN_ENDED" });
  await expect(host.call("kv.get", item)).rejects.toMatchObject({ code: "RUN_ENDED" });
});

test("a database that is away is told as that, and not as a fault of ours", async () => {
  const ended = Object.assign(new Error("terminating connection"), { code: "57P01" });
  const answer = async () => {
    throw ended;
  };
  const operations = { "kv.get": { ...valueOperations["kv.get"], answer } };
  await expect(open({ operations }).call("kv.get", item)).rejects.toMatchObject({
    code: "DATABASE_UNAVAILABLE",
  });
});

test("whether a run is still its server's is asked until the database answers", async () => {
  let asked = 0;
  const isStillOurs = async () => {
    asked++;
    if (asked === 1) throw Object.assign(new Error("terminating connection"), { code: "57P01" });
    return true;
  };
  let nowMs = 0;
  const host = open({ isStillOurs, now: () => nowMs });
  nowMs = 2_000;
  await host.call("kv.set", { ...item, value: "1" });
  expect(asked).toBe(2);
});

test("a run that was ended elsewhere gets no secret at once, and nothing else a second later", async () => {
  let nowMs = 0;
  const host = open({ isStillOurs: async () => false, now: () => nowMs });
  await host.call("kv.set", { ...item, value: "1" });
  nowMs = 999;
  await host.call("kv.get", item);
  nowMs = 1_000;
  await expect(host.call("kv.get", item)).rejects.toMatchObject({ code: "RUN_ENDED" });
  const other = open({ isStillOurs: async () => false, now: () => 0 });
  const secret = other.call("secret.value", { name: "declared", credential: "default" });
  await expect(secret).rejects.toMatchObject({ code: "RUN_ENDED" });
});

test("calls past the rate wait for their turn; calls past the bounds are refused", async () => {
  const waits: number[] = [];
  const budget = new CallBudget({ now: () => 0, wait: async (ms) => void waits.push(ms) });
  const nothing = async () => ({ value: null, bytes: 0 });
  for (let call = 0; call < limits.hostCallsPerSecond + 2; call++) await budget.spend(0, nothing);
  expect(waits.map((ms) => Math.round(ms))).toEqual([1, 2]);
  for (let call = limits.hostCallsPerSecond + 2; call < limits.hostCallsPerRunMax; call++)
    await budget.spend(0, nothing);
  await expect(budget.spend(0, nothing)).rejects.toMatchObject({ code: "HOST_CALLS_EXCEEDED" });

  const bytes = new CallBudget();
  await expect(bytes.spend(limits.hostCallBytesPerRunMax + 1, nothing)).rejects.toMatchObject({
    code: "HOST_CALLS_EXCEEDED",
  });

  const atOnce = new CallBudget();
  const never = () => new Promise<never>(() => undefined);
  for (let call = 0; call < limits.hostCallsAtOnceMax; call++) void atOnce.spend(0, never);
  await expect(atOnce.spend(0, nothing)).rejects.toMatchObject({ code: "HOST_CALLS_EXCEEDED" });
});
