import { describe, expect, test } from "vitest";
import { aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase } from "../../testing/test-database.ts";
import { createWorkflowRoutes, matchWebhook, RouteTable } from "./route-table.ts";
import type { RoutedTrigger } from "./store.ts";

const target = {} as ReturnType<Parameters<typeof createWorkflowRoutes>[2]>;

function routesOf(...addresses: string[]) {
  const triggers = addresses.map((address) => {
    const [method, path] = address.split(" ");
    return {
      providerType: "builtin",
      type: "onWebhook",
      input: { method, path },
    } as unknown as RoutedTrigger;
  });
  return createWorkflowRoutes({ workflowId: "w", namespaceId: "n" }, triggers, () => target);
}

function matched(routes: ReturnType<typeof routesOf>, method: string, path: string) {
  const match = matchWebhook(routes, method, path);
  return match && [match.route.path, { ...match.params }];
}

describe("a request's path", () => {
  test("goes to the exact route before any pattern", () => {
    const routes = routesOf("GET /:any", "GET /a");
    expect(matched(routes, "GET", "/a")).toEqual(["/a", {}]);
    expect(matched(routes, "GET", "/b")).toEqual(["/:any", { any: "b" }]);
    expect(matched(routes, "HEAD", "/a")).toEqual(["/a", {}]);
    expect(matched(routes, "POST", "/a")).toBeUndefined();
  });

  test("goes to the pattern whose word comes first, in whatever order they were read", () => {
    const addresses = ["POST /:x/b", "POST /a/:y", "POST /:x/:y"];
    for (const order of [addresses, addresses.toReversed()]) {
      const routes = routesOf(...order);
      expect(matched(routes, "POST", "/a/b")).toEqual(["/a/:y", { y: "b" }]);
      expect(matched(routes, "POST", "/c/b")).toEqual(["/:x/b", { x: "c" }]);
      expect(matched(routes, "POST", "/c/d")).toEqual(["/:x/:y", { x: "c", y: "d" }]);
    }
  });

  test("gives a segment decoded, and none that is empty or cannot be", () => {
    const routes = routesOf("GET /a/:x");
    expect(matched(routes, "GET", "/a/b%20c%2Fd")).toEqual(["/a/:x", { x: "b c/d" }]);
    for (const path of ["/a/", "/a/%ff", "/a/b/c", "/a"])
      expect(matched(routes, "GET", path)).toBeUndefined();
  });
});

test("who follows the table hears of all that it reads again, and of what is gone", async () => {
  await using database = await createTestDatabase();
  const [stays, goes] = [await aWorkflow(database), await aWorkflow(database)];
  const table = new RouteTable(database, () => target);
  await table.load();
  const heard: string[] = [];
  table.onChange((workflowId) => heard.push(workflowId));
  await database.query("update workflows set deleted_at = now() where id = $1", [goes.id]);
  await table.load();
  expect(heard).toEqual([goes.id, stays.id]);
});
