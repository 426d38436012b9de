import { expect, test } from "vitest";
import { JobStates } from "../domain/job-states/job-states.ts";
import { openRegistry } from "../domain/registry/registry.ts";
import type { ContentStore, FoundContent } from "../platform/blobs/content-store.ts";
import { DiskContent } from "../platform/blobs/disk-content.ts";
import { newUuid } from "../platform/uuid-v7.ts";
import { createTestDatabase } from "../testing/test-database.ts";
import { keepRegistryBounded } from "./keep-registry-bounded.ts";

test("the registry is collected again and again, by one server at a time, until it stops", async () => {
  await using database = await createTestDatabase();
  const rounds = { atOnce: 0, most: 0, count: 0 };
  const reached = Promise.withResolvers<void>();
  /** Each round ends with a look at what lies there. */
  class CountedContent extends DiskContent implements ContentStore {
    override async *listOld(): AsyncGenerator<FoundContent> {
      rounds.atOnce += 1;
      rounds.most = Math.max(rounds.most, rounds.atOnce);
      rounds.count += 1;
      await database.query("select pg_sleep(0.05)");
      rounds.atOnce -= 1;
      if (rounds.count === 4) reached.resolve();
      yield* [];
    }
  }
  const reported: unknown[] = [];
  const keys = { deriveKey: () => Buffer.alloc(32) };
  const registry = openRegistry({ database, keys, content: new CountedContent("/nowhere") });
  const report = (error: unknown) => reported.push(error);
  const jobStates = new JobStates({ database, serverId: newUuid(), report });
  const servers = [1, 2].map(() => keepRegistryBounded(registry, { jobStates, report, everyMs: 5 }));
  await reached.promise;
  await Promise.all(servers.map((server) => server.stop()));
  await jobStates.stop();
  expect({ most: rounds.most, reported }).toEqual({ most: 1, reported: [] });
});
