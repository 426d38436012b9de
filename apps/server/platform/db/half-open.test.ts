import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { Database } from "./database.ts";
import { Lane } from "./lane.ts";
import { listen } from "./listen.ts";

const fragments = {
  times: {
    name: "times",
    columns: [{ name: "id", type: "uuid" as const, value: (row: { id: string }) => row.id }],
    sql: (source: string) => `select id from ${source}`,
  },
};
const ID = "00000000-0000-4000-8000-000000000000";

/** A way to the database that can go silent: what is connected stays so and hears nothing any more. */
describe("connections that lead nowhere any more", () => {
  const sockets: Socket[] = [];
  const { host, port, ...login } = inject("testCluster");
  const server = createServer((inside) => {
    const outside = connect(`${host}/.s.PGSQL.${port}`);
    sockets.push(inside, outside);
    for (const socket of [inside, outside]) socket.on("error", () => undefined);
    inside.pipe(outside).pipe(inside);
  });
  const goSilent = () => {
    for (const socket of sockets.splice(0)) socket.unpipe().pause();
  };
  let database: Database;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    database = new Database({ ...login, host: "127.0.0.1", port, database: "postgres" });
  });
  afterAll(async () => {
    await database.close();
    server.close();
  });

  test("are replaced by a lane, which says that it does not know what became of its rows", async () => {
    const lane = new Lane(() => database.connect({ queryMsMax: 200 }), fragments);
    const commit = async () => (await lane.commit({ times: [{ id: ID }] })).has("times", ID);
    expect(await commit()).toBe(true);
    goSilent();
    await expect(commit()).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    expect(await commit()).toBe(true);
    await lane.close();
  });

  test("are replaced by a listener, whose owner reads again", async () => {
    const reconnected = Promise.withResolvers<void>();
    const heard = Promise.withResolvers<string>();
    const listener = await listen(database, "half_open", {
      onNotification: heard.resolve,
      onReconnect: reconnected.resolve,
      askEveryMs: 50,
      answerMsMax: 100,
    });
    goSilent();
    await reconnected.promise;
    const client = new pg.Client({ ...login, host, port, database: "postgres" });
    await client.connect();
    await client.query("notify half_open, 'again'");
    expect(await heard.promise).toBe("again");
    await client.end();
    await listener.close();
  });
});
