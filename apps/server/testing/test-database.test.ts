import { expect, test } from "vitest";
import { findWorkflow } from "../domain/workflows/store.ts";
import { Database } from "../platform/db/database.ts";
import { aWorkflow } from "./builders.ts";
import { createTestDatabase } from "./test-database.ts";

test("two test databases are migrated and do not see each other's rows", async () => {
  await using one = await createTestDatabase();
  await using other = await createTestDatabase();
  const workflow = await aWorkflow(one);
  expect(await findWorkflow(one, workflow.namespaceId, workflow.id)).toMatchObject({ name: workflow.name });
  expect(await findWorkflow(other, workflow.namespaceId, workflow.id)).toBeUndefined();
});

test("the address of a test database opens that database", async () => {
  await using database = await createTestDatabase();
  const workflow = await aWorkflow(database);
  const second = new Database({ connectionString: database.url });
  const found = await findWorkflow(second, workflow.namespaceId, workflow.id);
  await second.close();
  expect(found?.id).toBe(workflow.id);
});

test("a connection that is left open fails the file that left it", async () => {
  const database = await createTestDatabase({ leakWaitMs: 100 });
  const leaked = await database.connect();
  leaked.on("error", () => undefined);
  await leaked.query("select 'left open'");
  await expect(database[Symbol.asyncDispose]()).rejects.toThrow("left open");
  await leaked.end().catch(() => undefined);
});
