import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { RuntimeTarget } from "@floww/executor/host";
import type { FunctionCallerOptions } from "../../domain/runtimes/drivers/lambda/function-caller.ts";
import { LambdaDriver } from "../../domain/runtimes/drivers/lambda/lambda-driver.ts";
import type { Clock } from "../../domain/runtimes/drivers/lambda/make-function.ts";
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
  const bundles = new Map<string, RuntimeTarget>();
  const server = createServer(async (request, response) => {
    const target = bundles.get(request.url ?? "");
    if (target === undefined) return void response.writeHead(403).end();
    const { code, map } = await target.bundle();
    response.setHeader("connection", "close").end(Buffer.concat([code, map]));
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
    new LambdaDriver({
      ...lambda,
      prefix: "floww-test",
      roleArn: "arn:aws:iam::000000000000:role/floww-runtime",
      stockImages: { x64: STOCK_IMAGE },
      bundleUrl: async (target) => {
        const path = `/${target.deploymentId}`;
        bundles.set(path, target);
        return `http://127.0.0.1:${port}${path}`;
      },
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

export const STOCK_IMAGE = `000000000000.dkr.ecr.eu-central-1.amazonaws.com/floww/runtime@sha256:${"0".repeat(64)}`;
