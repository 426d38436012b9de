import { randomUUID } from "node:crypto";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { startEmbeddedPostgres } from "../../apps/server/platform/embedded-postgres/embedded-postgres.ts";
import {
  isCentrifugoInstalled,
  startCentrifugo,
} from "../../apps/server/platform/realtime/centrifugo/start-centrifugo.ts";
import { hasDocker, importNodeImage, startDocker } from "../../apps/server/testing/docker-engine.ts";
import { freePort } from "../../apps/server/testing/free-port.ts";
import { LambdaEndpoint } from "../../apps/server/testing/lambda/lambda-endpoint.ts";
import { STOCK_IMAGE } from "../../apps/server/testing/lambda/open-lambda-driver.ts";
import { isMotoInstalled, startMoto } from "../../apps/server/testing/moto-server.ts";
import { startTestServer } from "../e2e/test-server.ts";

// `npm run demo:production`: a server on the production parts, as far as this machine has them: PostgreSQL and Centrifugo as
// they are, a Docker engine, and AWS emulated (Lambda by an endpoint of ours, S3 and KMS by moto). The example is deployed onto
// each driver, and its webhook asked. It ends with 1 when an answer is not the handler's.
const REGION = "eu-central-1";
const BASE = "node-base:demo";
const root = join(import.meta.dirname, "../..");
const credentials = { accessKeyId: "demo", secretAccessKey: "demo" };

await using opened = new AsyncDisposableStack();
const folder = await mkdtemp(join(tmpdir(), "floww-demo-"));
opened.defer(() => rm(folder, { recursive: true, force: true }));
const env: Record<string, string> = {};
const drivers = ["process"];
const say = (what: string, how: string) => console.log(`  ${what.padEnd(22)} ${how}`);

console.log("Starting the parts");
await openDatabase();
await openRealtime();
await openDocker();
await openAws();

const server = opened.use(await startTestServer({ env }));
say("server", server.url);

const project = join(folder, "hello");
await cp(join(root, "examples/hello"), project, {
  recursive: true,
  filter: (path) => !path.includes("node_modules"),
});
await symlink(join(root, "node_modules"), join(project, "node_modules"));
const failed: string[] = [];
for (const driver of drivers) {
  console.log(`Deploying examples/hello onto ${driver}`);
  const text = await readFile(join(root, "examples/hello/floww.yaml"), "utf8");
  await writeFile(join(project, "floww.yaml"), `${text}\nruntime:\n  driver: ${driver}\n`);
  const startedAt = performance.now();
  const { stdout } = await server.cli(["deploy", project, "--yes", "--json"]);
  const { version, triggers } = JSON.parse(stdout) as { version: number; triggers: { url?: string }[] };
  say(`version ${version}`, `live in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
  const url = triggers.find((trigger) => trigger.url !== undefined)!.url!;
  const body = JSON.stringify({ name: driver });
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const said = await answer.text();
  say(`curl ${new URL(url).pathname}`, `${answer.status} ${said}`);
  if (said !== `{"message":"Hello, ${driver}!"}`) failed.push(driver);
}
console.log(failed.length === 0 ? "Every driver gave the handler's answer." : `Wrong: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function openDatabase(): Promise<void> {
  const path = process.env.PATH ?? "";
  const { clientConfig, stop } = await startEmbeddedPostgres({ folder: join(folder, "postgres"), path });
  opened.defer(stop);
  const { host, port, user, password, database } = clientConfig;
  const url = new URL(`postgres://${user}:${password}@localhost:${port}/${database}`);
  url.searchParams.set("host", String(host));
  env.DATABASE_URL = url.href;
  say("PostgreSQL", "a server of its own, by DATABASE_URL");
}

async function openRealtime(): Promise<void> {
  if (!isCentrifugoInstalled) return say("Centrifugo", "not found: the embedded broker stands in");
  const settings = JSON.parse(await readFile(join(root, "deploy/centrifugo.json"), "utf8"));
  const centrifugo = await startCentrifugo(settings);
  opened.defer(() => centrifugo.close());
  env.FLOWW_CENTRIFUGO_URL = centrifugo.url;
  env.FLOWW_CENTRIFUGO_API_URL = centrifugo.apiUrl.href;
  env.FLOWW_CENTRIFUGO_API_KEY = centrifugo.apiKey;
  env.FLOWW_CENTRIFUGO_TOKEN_KEY = centrifugo.tokenKey;
  say("Centrifugo", "with deploy/centrifugo.json");
}

async function openDocker(): Promise<void> {
  if (!hasDocker) return say("Docker", "not found (it needs root and dockerd)");
  const engine = await startDocker(process.env);
  opened.defer(() => engine.stop());
  await importNodeImage(engine, BASE);
  env.FLOWW_DOCKER = engine.program;
  env.FLOWW_DOCKER_BASE = BASE;
  env.DOCKER_HOST = engine.env.DOCKER_HOST!;
  drivers.push("docker");
  say("Docker", "an engine of its own; workflows without a network");
}

async function openAws(): Promise<void> {
  const endpoint = opened.use(await LambdaEndpoint.start());
  const port = await freePort();
  Object.assign(env, {
    FLOWW_PORT: String(port),
    FLOWW_PUBLIC_URL: `http://127.0.0.1:${port}`,
    FLOWW_LAMBDA: REGION,
    FLOWW_LAMBDA_ROLE: "arn:aws:iam::000000000000:role/floww-runtime",
    FLOWW_LAMBDA_IMAGE: STOCK_IMAGE,
    AWS_ENDPOINT_URL_LAMBDA: endpoint.url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  });
  drivers.push("lambda");
  say("AWS Lambda", "emulated: its API, and the executor in processes");
  if (!isMotoInstalled) return say("Amazon S3, AWS KMS", "no emulator found: disk and master.key stand in");
  const moto = opened.use(await startMoto());
  const bucket = `floww-${randomUUID()}`;
  const client = { region: REGION, endpoint: moto.url, credentials };
  const s3 = new S3Client(client);
  await s3.send(
    new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }),
  );
  const VersioningConfiguration = { Status: "Enabled" } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
  const kms = new KMSClient(client);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  for (const one of [s3, kms]) one.destroy();
  Object.assign(env, {
    FLOWW_ARTIFACTS: `s3:${REGION}/${bucket}`,
    FLOWW_KEYS: `kms:${REGION}/${KeyMetadata!.KeyId}`,
    AWS_ENDPOINT_URL_S3: moto.url,
    AWS_ENDPOINT_URL_KMS: moto.url,
  });
  say("Amazon S3, AWS KMS", "emulated by moto");
}
