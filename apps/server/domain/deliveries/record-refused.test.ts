import { limits } from "@floww/contract/limits";
import { expect, test } from "vitest";
import { aWorkflow } from "../../testing/builders.ts";
import { silentBells } from "../../testing/silent-bells.ts";
import { createTestDatabase } from "../../testing/test-database.ts";
import { createLedger } from "./ledger.ts";
import { RefusedRecorder, type RefusedRequest } from "./record-refused.ts";

test("an address has so many refused requests an hour kept, each with the first 64 kB of its body", async () => {
  await using database = await createTestDatabase();
  const ledger = createLedger(() => database.connect());
  let nowMs = Date.now();
  const recorder = new RefusedRecorder({ ledger, bells: silentBells, now: () => nowMs });
  const [one, other] = [await aWorkflow(database), await aWorkflow(database)];
  const requestTo = ({ id, namespaceId }: typeof one, body = Buffer.alloc(0)): RefusedRequest => ({
    namespaceId,
    owner: { workflowId: id },
    verdict: "noRoute",
    head: { method: "POST", path: "/", query: "", headers: [] },
    body,
    remoteAddress: "127.0.0.1",
  });
  const all = Array.from({ length: limits.refusedPerHourMax + 5 }, () => recorder.record(requestTo(one)));
  const kept = (await Promise.all(all)).filter((isKept) => isKept);
  expect(kept).toHaveLength(limits.refusedPerHourMax);
  const big = Buffer.alloc(limits.refusedBytesMax + 1, "x");
  expect(await recorder.record(requestTo(other, big))).toBe(true);
  const found = await database.query("select length(body) as bytes from deliveries where workflow_id = $1", [
    other.id,
  ]);
  expect(found.rows).toEqual([{ bytes: limits.refusedBytesMax }]);
  nowMs += 60 * 60 * 1000;
  expect(await recorder.record(requestTo(one))).toBe(true);
  await ledger.close();
});
