import { formatId } from "@floww/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { anOrganization, aVault, aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { JournalKindNumber } from "../journal/states.ts";
import { listAttention } from "./list-attention.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await aVault(database);
});
afterAll(() => database[Symbol.asyncDispose]());

const DAY_MS = 24 * 60 * 60 * 1000;

async function aProvider(
  namespaceId: string,
  alias: string,
  columns: Record<string, unknown>,
): Promise<string> {
  const id = newUuid();
  const names = Object.keys(columns);
  await database.query(
    `insert into providers (id, namespace_id, type, alias, key, settings, secret_fields, version, key_id, sealed, account, updated_by,
       ${names.join(", ") || "failure"})
     select $1::uuid, $2, 'github', $3, gen_random_uuid()::text, '{}', '{}', 1, (select id from keys limit 1), '', '', '',
       ${names.map((_, index) => `$${index + 4}`).join(", ") || "null"}`,
    [id, namespaceId, alias, ...Object.values(columns)],
  );
  return id;
}

async function aDead({ id: workflowId, namespaceId }: { id: string; namespaceId: string }, atMs: number) {
  const id = newUuid(atMs);
  await database.query(
    `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, is_dead) values ($1, $2, $3, $3, 1, 2, 11, true)`,
    [id, namespaceId, workflowId],
  );
  return id;
}

test("all kinds of things are listed, the most urgent first, and nothing of another namespace", async () => {
  const { namespace } = await anOrganization(database);
  const namespaceId = namespace.id;
  expect(await listAttention(database, namespaceId)).toEqual([]);
  const expiresAt = new Date(Date.now() + DAY_MS);
  const failing = await aProvider(namespaceId, "a", { failure: "It said no." });
  const refused = await aProvider(namespaceId, "b", {
    credential_failure: "Revoked.",
    credential_expires_at: expiresAt,
  });
  const ending = await aProvider(namespaceId, "c", { credential_expires_at: expiresAt });
  const fine = await aProvider(namespaceId, "d", {
    credential_expires_at: new Date(Date.now() + 60 * DAY_MS),
  });
  await database.query(
    `insert into registrations (id, namespace_id, provider_id, target, events, key_id, sealed, failure)
     values ($1, $2, $3, 'ada/repo', '{}', (select id from keys limit 1), '', 'Not found.')`,
    [newUuid(), namespaceId, fine],
  );
  const workflow = await aWorkflow(database, { namespaceId, name: "orders" });
  const paused = await aWorkflow(database, { namespaceId, name: "paused" });
  await database.query("update workflows set paused_at = now() where id = $1", [paused.id]);
  await aDead(workflow, Date.now());
  const replayed = await aDead(workflow, Date.now());
  const insertRun = `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, replay_of, held_by)
     values ($1, $2, $3, $3, 1, 2, $4, $5, $6)`;
  await database.query(insertRun, [newUuid(), namespaceId, workflow.id, 10, replayed, null]);
  const held = newUuid();
  await database.query(insertRun, [held, namespaceId, workflow.id, 1, null, refused]);
  await database.query(
    `insert into journal_waits (id, namespace_id, execution_id, key, kind, name, due_at)
     values ($1, $2, $3, 'go', ${JournalKindNumber.approval}, 'Go?', now() + interval '1 day')`,
    [newUuid(), namespaceId, held],
  );
  const stranger = await aWorkflow(database);
  await aDead(stranger, Date.now());

  const provider = (id: string, alias: string) => ({
    providerId: formatId("provider", id),
    name: `github (${alias})`,
  });
  const of = (id: string, name: string) => ({ workflowId: formatId("workflow", id), name });
  expect(await listAttention(database, namespaceId)).toEqual([
    { kind: "provider_failing", ...provider(failing, "a"), failure: "It said no." },
    { kind: "provider_failing", ...provider(refused, "b"), failure: "Revoked." },
    { kind: "registration_failing", ...provider(fine, "d"), target: "ada/repo", failure: "Not found." },
    { kind: "credential_ending", ...provider(ending, "c"), endsAt: expiresAt.toISOString() },
    { kind: "runs_held", ...provider(refused, "b"), count: 1 },
    { kind: "dead_letters", ...of(workflow.id, "orders"), count: 1 },
    { kind: "approvals_waiting", count: 1 },
    { kind: "workflow_paused", ...of(paused.id, "paused"), since: expect.any(String) },
  ]);
});
