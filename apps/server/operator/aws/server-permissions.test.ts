import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { serverPermissions, statementOf } from "./server-permissions.ts";

const clients = new URL("../../platform/clients/aws/", import.meta.url);

/** Commands that the server's clients send, by the package that they come from. */
async function commandsByPackage(): Promise<Map<string, Set<string>>> {
  const byPackage = new Map<string, Set<string>>();
  for (const entry of await readdir(clients, { withFileTypes: true })) {
    // account/ is the set-up's own, which runs as whoever sets up.
    if (!entry.isFile() || /\.(test|parts)\.ts$|-conformance\.ts$/.test(entry.name)) continue;
    const text = await readFile(new URL(entry.name, clients), "utf8");
    for (const [, names = "", from = ""] of text.matchAll(/import \{([^}]+)\} from "(@aws-sdk\/[^"]+)"/g)) {
      const known = byPackage.get(from) ?? new Set<string>();
      for (const [name] of names.matchAll(/\b[A-Z]\w+Command\b/g)) known.add(name);
      byPackage.set(from, known);
    }
  }
  return byPackage;
}

/** By the service's name in an action. */
const PACKAGES = {
  lambda: "@aws-sdk/client-lambda",
  ecr: "@aws-sdk/client-ecr",
  s3: "@aws-sdk/client-s3",
  kms: "@aws-sdk/client-kms",
};

test("the server may send every command that its clients send", async () => {
  const called = [...(await commandsByPackage()).values()].flatMap((names) => [...names]);
  const allowed = serverPermissions({ name: "floww" }).flatMap(({ commands }) => Object.keys(commands));
  expect(called.length).toBeGreaterThan(10);
  expect(called.filter((name) => !allowed.includes(name))).toEqual([]);
});

test("the server may send no command that its clients do not send", async () => {
  const byPackage = await commandsByPackage();
  for (const { commands } of serverPermissions({ name: "floww" }))
    for (const [name, [action = ""]] of Object.entries(commands)) {
      const called = byPackage.get(PACKAGES[action.split(":")[0] as keyof typeof PACKAGES]);
      if (called !== undefined) expect(called).toContain(name);
    }
});

test("nothing is allowed on everything but what AWS allows for no less", () => {
  const statements = serverPermissions({ name: "floww" }).map(statementOf);
  const wide = statements.filter(({ Resource = [] }) => Resource.includes("*"));
  expect(wide.map(({ Action }) => Action)).toEqual([["lambda:ListFunctions"]]);
  for (const { Action } of statements)
    for (const action of Action) expect(action).toMatch(/^[a-z0-9]+:[A-Z]\w+$/);
});
