import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { RunEnd, RunJob, RunSink, RuntimeTarget } from "@floww/executor/host";
import type { FunctionCallerOptions } from "../../domain/runtimes/drivers/lambda/function-caller.ts";
import { LambdaDriver } from "../../domain/runtimes/drivers/lambda/lambda-driver.ts";
import type { Clock } from "../../domain/runtimes/drivers/lambda/make-function.ts";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { LambdaFunctions } from "../../platform/clients/aws/lambda-functions.ts";
import { openLambda } from "../../platform/clients/aws/open-lambda.ts";
import { LambdaEndpoint } from "./lambda-endpoint.ts";

export interface OpenedLambda extends AsyncDisposable {
  driver: LambdaDriver;
  endpoint: LambdaEndpoint;
  functions: LambdaFunctions;
  clock: Clock;
  /** Another server's driver, of the same installation. */
  openAnother(): LambdaDriver;
}

/** Waits are shortened, and their lengths kept. */
const HURRY = 50;

/** A driver over the real client, the service that it talks to, and where its functions find their bundles. */
export async function openLambdaDriver(options: Partial<FunctionCallerOptions> = {}): Promise<OpenedLambda> {
  const endpoint = await LambdaEndpoint.start();
  const artifacts = new Map<string, Uint8Array>();
  const put = async (_: string, bytes: Uint8Array) => {
    const hash = createHash("sha256").update(bytes).digest("hex");
    artifacts.set(hash, bytes);
    return hash;
  };
  const server = createServer((request, response) => {
    const bytes = artifacts.get(request.url?.slice(1) ?? "");
    if (bytes === undefined) response.writeHead(403).end();
    else response.setHeader("connection", "close").end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const clients: { close(): void }[] = [];
  const clock: Clock = { now: Date.now, pause: async (ms) => void (await delay(ms / HURRY)) };
  const openClients = () => {
    const lambda = openLambda({
      region: "eu-central-1",
      endpoint: endpoint.url,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    clients.push(lambda);
    return lambda;
  };
  const lambda = openClients();
  const openAnother = (lambda = openClients()) =>
    new DriverOfUploads(put, {
      ...lambda,
      prefix: "floww-test",
      roleArn: "arn:aws:iam::000000000000:role/floww-runtime",
      stockImages: { x64: STOCK_IMAGE },
      artifacts: { put, addressOf: async (_, hash) => new URL(`http://127.0.0.1:${port}/${hash}`) },
      clock,
      random: Math.random,
      ...options,
    });
  const driver = openAnother(lambda);
  return {
    ...{ driver, endpoint, clock, functions: lambda.functions, openAnother: () => openAnother() },
    [Symbol.asyncDispose]: async () => {
      await driver.close();
      for (const client of clients) client.close();
      server.close();
      server.closeAllConnections();
      await endpoint[Symbol.asyncDispose]();
    },
  };
}

/** Bundles of tests were never uploaded: what is to run is, before it runs. */
class DriverOfUploads extends LambdaDriver {
  readonly #put: ArtifactStore["put"];

  constructor(put: ArtifactStore["put"], options: FunctionCallerOptions) {
    super(options);
    this.#put = put;
  }

  override async prove(target: RuntimeTarget): Promise<unknown> {
    await this.#upload(target);
    return super.prove(target);
  }

  override async run(job: RunJob, sink: RunSink): Promise<RunEnd> {
    await this.#upload(job.target);
    return super.run(job, sink);
  }

  async #upload({ namespaceId, bundle }: RuntimeTarget): Promise<void> {
    const { code, map } = await bundle();
    await this.#put(namespaceId, Buffer.concat([code, map]));
  }
}

export const STOCK_IMAGE = `000000000000.dkr.ecr.eu-central-1.amazonaws.com/floww/runtime@sha256:${"0".repeat(64)}`;
