import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { EVENT_STREAM_TYPE, invokeComplete, payloadChunk } from "./event-stream.ts";
import { LambdaEnvironment } from "./lambda-environment.ts";

export interface LambdaRefusal {
  status: number;
  name: string;
  message?: string;
}

/** What a test may have the service do. */
export interface LambdaBehaviour {
  /** `passed-over`: as a service that does not know the setting. */
  tenancy: "offered" | "refused" | "passed-over";
  /** How often a function is looked at before it has become what it is becoming. */
  looksUntilSettled: number;
  /** What a function being made comes to. */
  makes: { state: "Active" } | { state: "Failed"; code: string; reason: string };
  /** In place of a function's own. */
  timeoutMs: number | undefined;
  /** Of a process that ended, it says no more than that its answer broke off. */
  saysTruncated: boolean;
  /** Asked before each request is looked at; undefined: it goes its way. `hangUp` closes the connection. */
  refuse(operation: string): LambdaRefusal | "hang-up" | undefined;
}

interface FunctionRecord {
  configuration: Record<string, unknown> & { FunctionName: string; TenancyConfig?: unknown };
  imageUri: string;
  concurrency: number | undefined;
  /** Looks until a change is done, and what it then is. */
  looksLeft: number;
  changed: Record<string, unknown>;
  running: number;
}

const TENANT = /^[a-zA-Z0-9._:/=+\-@ ]{1,256}$/;
const PAYLOAD_BYTES_MAX = 6 * 1024 * 1024;
const WAY_MS = 50;
const PATH = /^\/20\d\d-\d\d-\d\d\/functions(?:\/([^/?]+))?(?:\/([a-z-]+))?/;

class Refused extends Error {
  readonly refusal: LambdaRefusal;
  constructor(refusal: LambdaRefusal) {
    super(refusal.message ?? refusal.name);
    this.refusal = refusal;
  }
}

/**
 * AWS Lambda's HTTP API as far as the driver uses it, strict about order and names, with the real executor in a process of
 * its own for each execution environment: https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
 */
export class LambdaEndpoint {
  readonly behaviour: LambdaBehaviour = {
    tenancy: "offered",
    looksUntilSettled: 1,
    makes: { state: "Active" },
    timeoutMs: undefined,
    saysTruncated: false,
    refuse: () => undefined,
  };
  /** Operations that were asked for, in order. */
  readonly asked: string[] = [];
  /** Connections that were ever made. */
  connections = 0;
  readonly #server: Server;
  readonly #functions = new Map<string, FunctionRecord>();
  readonly #environments: LambdaEnvironment[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => sayRefusal(response, error));
    });
    this.#server.on("connection", () => this.connections++);
  }

  static async start(): Promise<LambdaEndpoint> {
    const endpoint = new LambdaEndpoint();
    await new Promise<void>((resolve) => endpoint.#server.listen(0, "127.0.0.1", resolve));
    return endpoint;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get functions(): { name: string; [key: string]: unknown }[] {
    return [...this.#functions.values()].map(({ configuration, concurrency, imageUri }) => ({
      ...{ name: configuration.FunctionName, concurrency, imageUri },
      ...configuration,
    }));
  }

  get environments(): readonly LambdaEnvironment[] {
    return this.#environments.filter(({ isGone }) => !isGone);
  }

  /** As somebody else in the account could. */
  change(name: string, configuration: Record<string, unknown>): void {
    Object.assign(this.#functions.get(name)!.configuration, configuration);
  }

  /** It stays as it is until all are settled. */
  unsettle(name: string): void {
    this.#functions.get(name)!.looksLeft = Number.POSITIVE_INFINITY;
  }

  settle(): void {
    for (const record of this.#functions.values()) record.looksLeft = 0;
  }

  /** Takes no connection until the returned function is called. */
  async goAway(): Promise<() => Promise<void>> {
    const { port } = this.#server.address() as AddressInfo;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
    return () => new Promise((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await Promise.all(this.#environments.map((environment) => environment[Symbol.asyncDispose]()));
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", "http://lambda");
    const [, encoded, what] = PATH.exec(url.pathname) ?? [];
    const name = encoded === undefined ? undefined : decodeURIComponent(encoded);
    const operation = operationOf(request.method ?? "", name, what);
    if (operation === undefined) throw new Refused({ status: 404, name: "UnknownOperationException" });
    this.asked.push(operation);
    const refusal = this.behaviour.refuse(operation);
    const body = await buffer(request);
    if (refusal === "hang-up") return void request.socket.destroy();
    if (refusal !== undefined) throw new Refused(refusal);
    if (request.headers.authorization?.startsWith("AWS4-HMAC-SHA256") !== true)
      throw new Refused({ status: 403, name: "MissingAuthenticationTokenException" });
    if (operation === "InvokeWithResponseStream") return this.#invoke(name!, request, { body, response });
    const input = body.byteLength === 0 ? {} : (JSON.parse(String(body)) as Record<string, unknown>);
    const [status, answer] = this.#control(operation, name, { input, query: url.searchParams });
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }

  #control(
    operation: string,
    name: string | undefined,
    { input, query }: { input: Record<string, unknown>; query: URLSearchParams },
  ): [status: number, answer: unknown] {
    if (operation === "CreateFunction") return [201, this.#create(input)];
    if (operation === "ListFunctions") return [200, this.#list(query)];
    const found = this.#get(name!);
    switch (operation) {
      case "GetFunction":
        return [200, this.#look(found)];
      case "DeleteFunction":
        this.#functions.delete(name!);
        return [204, undefined];
      case "PutFunctionConcurrency":
        found.concurrency = Number(input.ReservedConcurrentExecutions);
        return [200, { ReservedConcurrentExecutions: found.concurrency }];
      case "DeleteFunctionConcurrency":
        found.concurrency = undefined;
        return [204, undefined];
      default:
        return [200, this.#update(found, input)];
    }
  }

  #create(input: Record<string, unknown>): unknown {
    const { FunctionName, Code, TenancyConfig, ...rest } = input;
    const name = String(FunctionName);
    if (!/^[\w-]{1,64}$/.test(name)) throw invalid(`Value '${name}' at 'functionName' failed to satisfy`);
    if (this.#functions.has(name))
      throw new Refused({
        status: 409,
        name: "ResourceConflictException",
        message: `Function already exist: ${name}`,
      });
    const { tenancy, looksUntilSettled, makes } = this.behaviour;
    if (TenancyConfig !== undefined && tenancy === "refused")
      throw invalid("Tenant isolation mode is not supported in this region.");
    const made =
      makes.state === "Active"
        ? { State: "Active", StateReason: undefined, StateReasonCode: undefined }
        : { State: "Failed", StateReason: makes.reason, StateReasonCode: makes.code };
    const record: FunctionRecord = {
      configuration: {
        LoggingConfig: { LogFormat: "Text", LogGroup: `/aws/lambda/${name}` },
        ...rest,
        FunctionName: name,
        State: "Pending",
        StateReason: "The function is being created.",
        StateReasonCode: "Creating",
        LastUpdateStatus: "Successful",
        LastModified: new Date().toISOString().replace("Z", "+0000"),
        RevisionId: randomUUID(),
        ...(TenancyConfig !== undefined && tenancy === "offered" ? { TenancyConfig } : {}),
      },
      imageUri: (Code as { ImageUri: string }).ImageUri,
      concurrency: undefined,
      looksLeft: looksUntilSettled,
      changed: made,
      running: 0,
    };
    this.#functions.set(name, record);
    return record.configuration;
  }

  #look(record: FunctionRecord): unknown {
    if (record.looksLeft === 0) Object.assign(record.configuration, record.changed);
    record.looksLeft = Math.max(record.looksLeft - 1, 0);
    const { configuration, imageUri, concurrency } = record;
    return {
      Configuration: configuration,
      Code: { RepositoryType: "ECR", ImageUri: imageUri, ResolvedImageUri: imageUri },
      ...(concurrency === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: concurrency } }),
    };
  }

  #update(record: FunctionRecord, { ImageUri, ...changed }: Record<string, unknown>): unknown {
    const { configuration } = record;
    if (configuration.State === "Pending" || configuration.LastUpdateStatus === "InProgress")
      throw new Refused({
        status: 409,
        name: "ResourceConflictException",
        message: `The operation cannot be performed at this time. An update is in progress for resource: ${configuration.FunctionName}`,
      });
    if (ImageUri !== undefined) record.imageUri = String(ImageUri);
    Object.assign(configuration, { LastUpdateStatus: "InProgress", RevisionId: randomUUID() });
    record.looksLeft = this.behaviour.looksUntilSettled;
    record.changed = { ...changed, LastUpdateStatus: "Successful" };
    return configuration;
  }

  #list(query: URLSearchParams): unknown {
    const all = [...this.#functions.values()].map(({ configuration }) => configuration);
    const start = Number(query.get("Marker") ?? 0);
    const end = start + Number(query.get("MaxItems") ?? 50);
    return { Functions: all.slice(start, end), NextMarker: end < all.length ? String(end) : null };
  }

  #get(name: string): FunctionRecord {
    const found = this.#functions.get(name);
    if (found !== undefined) return found;
    throw new Refused({
      status: 404,
      name: "ResourceNotFoundException",
      message: `Function not found: ${name}`,
    });
  }

  async #invoke(
    name: string,
    request: IncomingMessage,
    { body, response }: { body: Buffer; response: ServerResponse },
  ): Promise<void> {
    const record = this.#get(name);
    const { configuration } = record;
    const tenant = request.headers["x-amz-tenant-id"];
    const tenantId = Array.isArray(tenant) ? tenant[0] : tenant;
    if ((configuration.TenancyConfig === undefined) !== (tenantId === undefined))
      throw invalid(
        "Tenant ID configuration not specified or passed to a function when tenant isolation is not enabled.",
      );
    if (tenantId !== undefined && !TENANT.test(tenantId))
      throw invalid("Value at 'tenantId' failed to satisfy constraint");
    if (configuration.State !== "Active")
      throw new Refused({
        status: 409,
        name: "ResourceConflictException",
        message: `The operation cannot be performed at this time. The function is currently in the following state: ${configuration.State}`,
      });
    if (body.byteLength >= PAYLOAD_BYTES_MAX)
      throw new Refused({
        status: 413,
        name: "RequestTooLargeException",
        message: "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
      });
    if (record.running >= (record.concurrency ?? Number.POSITIVE_INFINITY))
      throw new Refused({ status: 429, name: "TooManyRequestsException", message: "Rate Exceeded." });
    record.running++;
    try {
      const environment = await this.#environmentFor(`${name}:${configuration.RevisionId}`, tenantId);
      await this.#stream(environment, record, { body, response });
    } finally {
      record.running--;
    }
  }

  async #stream(
    environment: LambdaEnvironment,
    { configuration }: FunctionRecord,
    { body, response }: { body: Buffer; response: ServerResponse },
  ): Promise<void> {
    const begin = () => {
      if (!response.headersSent) response.writeHead(200, { "content-type": EVENT_STREAM_TYPE });
    };
    const end = await environment.invoke({
      payload: String(body),
      timeoutMs: this.behaviour.timeoutMs ?? Number(configuration.Timeout) * 1_000,
      memoryMb: Number(configuration.MemorySize),
      saysTruncated: this.behaviour.saysTruncated,
      onData: async (bytes) => {
        begin();
        // Whoever went away is not waited for: the function goes on all the same.
        if (!response.destroyed && !response.write(payloadChunk(bytes))) await drained(response);
      },
    });
    begin();
    response.end(invokeComplete(end));
  }

  async #environmentFor(functionKey: string, tenantId: string | undefined): Promise<LambdaEnvironment> {
    const isSame = (one: LambdaEnvironment) => one.functionKey === functionKey && one.tenantId === tenantId;
    const same = this.environments.filter(isSame);
    // The last byte of an answer and the next request meet on their way.
    if (!same.some(({ isIdle }) => isIdle))
      await Promise.race([delay(WAY_MS), ...same.map(({ idle }) => idle)]);
    const idle = this.environments.find((one) => one.isIdle && isSame(one));
    idle?.take();
    if (idle !== undefined) return idle;
    const started = await LambdaEnvironment.start({ functionKey, tenantId });
    started.take();
    this.#environments.push(started);
    return started;
  }
}

const OPERATIONS: Readonly<Record<string, string>> = {
  "GET /": "GetFunction",
  "DELETE /": "DeleteFunction",
  "PUT /code": "UpdateFunctionCode",
  "PUT /configuration": "UpdateFunctionConfiguration",
  "PUT /concurrency": "PutFunctionConcurrency",
  "DELETE /concurrency": "DeleteFunctionConcurrency",
  "POST /response-streaming-invocations": "InvokeWithResponseStream",
};

function operationOf(method: string, name: string | undefined, what = ""): string | undefined {
  if (name !== undefined) return OPERATIONS[`${method} /${what}`];
  return method === "POST" ? "CreateFunction" : "ListFunctions";
}

function invalid(message: string): Refused {
  return new Refused({ status: 400, name: "InvalidParameterValueException", message });
}

function sayRefusal(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const { status, name, message } =
    error instanceof Refused
      ? error.refusal
      : { status: 500, name: "ServiceException", message: String((error as Error).stack) };
  response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": name });
  response.end(
    JSON.stringify({
      Type: status < 500 ? "User" : "Service",
      Message: message ?? name,
      message: message ?? name,
    }),
  );
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}
