import { FlowwError } from "@floww/contract/errors";
import pg from "pg";
import { expect, test } from "vitest";
import { isDatabaseAway, outlastOutage } from "./outlast-outage.ts";

const failure = (message: string, more: object = {}) => Object.assign(new Error(message), more);

test("work is tried again while the database is away, and only then", async () => {
  const outage = [
    failure("Connection terminated unexpectedly"),
    failure("Client has encountered a connection error and is not queryable"),
    failure("connect", { code: "ECONNREFUSED" }),
    failure("starting up", { code: "57P03" }),
    new FlowwError("DATABASE_UNAVAILABLE"),
  ];
  const tried = await outlastOutage(
    async () => {
      const error = outage.pop();
      if (error !== undefined) throw error;
      return "done";
    },
    { retryMs: 1 },
  );
  expect([tried, outage]).toEqual(["done", []]);
  let tries = 0;
  const wrong = outlastOutage(async () => {
    tries += 1;
    throw failure("no such column", { code: "42703" });
  });
  await expect(wrong).rejects.toThrow("no such column");
  expect(tries).toBe(1);
});

test("what the driver says of a server that is not there is an outage, a missing file is none", async () => {
  const nowhere = new pg.Client({ host: "/nowhere", port: 1 });
  expect(await nowhere.connect().catch(isDatabaseAway)).toBe(true);
  expect(isDatabaseAway(failure("no such file", { code: "ENOENT", syscall: "open" }))).toBe(false);
});
