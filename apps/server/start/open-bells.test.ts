import { afterAll, beforeAll, expect, test } from "vitest";
import { bellsChannel } from "../domain/live/namespace-bells.ts";
import { announceWatch } from "../domain/live/tell-servers.ts";
import type { Realtime, RealtimeData } from "../platform/realtime/realtime.ts";
import { newUuid } from "../platform/uuid-v7.ts";
import { createTestDatabase, type TestDatabase } from "../testing/test-database.ts";
import { openBells } from "./open-bells.ts";

const opened = new AsyncDisposableStack();
let database: TestDatabase;
beforeAll(async () => {
  database = opened.use(await createTestDatabase());
});
afterAll(() => opened.disposeAsync());

/** What one server rings, each with the channel. */
async function aServer() {
  const rung: [channel: string, data: RealtimeData][] = [];
  let heard: () => void = () => undefined;
  const realtime = {
    publish: async (channel: string, data: RealtimeData) => {
      rung.push([channel, data]);
      heard();
    },
  };
  const bells = await openBells({
    // Nothing else of it is asked.
    realtime: realtime as unknown as Realtime,
    ...{ database, opened },
    report: (error) => expect(error).toBeUndefined(),
  });
  const next = () =>
    new Promise<void>((resolve) => {
      heard = resolve;
    });
  return { bells, rung, next };
}

test("every server hears who watches, wherever he asked, and rings for what it does itself", async () => {
  const [one, two] = [await aServer(), await aServer()];
  const namespaceId = newUuid();
  const any = [bellsChannel(namespaceId), { kind: "executions", ids: "" }];
  const told = Promise.all([one.next(), two.next()]);
  await announceWatch(database, namespaceId);
  await told;
  expect([one.rung, two.rung]).toEqual([[any], [any]]);
  const next = two.next();
  two.bells.routeChanged(namespaceId, "setSecret");
  await next;
  expect(two.rung[1]).toEqual([bellsChannel(namespaceId), { kind: "change", route: "setSecret" }]);
  expect(one.rung).toHaveLength(1);
});
