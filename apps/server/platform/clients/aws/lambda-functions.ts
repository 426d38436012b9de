import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  type FunctionConfiguration,
  GetFunctionCommand,
  type LambdaClient,
  ListFunctionsCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { kindOfLambdaError } from "./lambda-errors.ts";

/** What of a function can be changed while it is there. */
export interface FunctionSettings {
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<repository>@sha256:…` */
  imageUri: string;
  roleArn: string;
  memoryMb: number;
  timeoutS: number;
  architecture: "x64" | "arm64";
  /** Runs at once, kept aside for it and no more; undefined: of the account's. */
  concurrency: number | undefined;
  /** Where it writes its log; undefined: AWS's own choice, a group for each function, made with its first line. */
  logGroup: string | undefined;
}

export interface FunctionSpec extends FunctionSettings {
  name: string;
  isIsolatedByTenant: boolean;
  description: string;
}

export interface FoundFunction {
  state: "Pending" | "Active" | "Inactive" | "Failed" | "Deleting";
  /** AWS's code and words for a state that is not Active. */
  stateReason: string;
  lastUpdate: "InProgress" | "Successful" | "Failed";
  lastUpdateReason: string;
  isIsolatedByTenant: boolean;
  /** As far as AWS says them. */
  settings: Omit<FunctionSettings, "imageUri" | "architecture"> & { imageUri: string | undefined };
}

export interface ListedFunction {
  name: string;
  modifiedAtMs: number;
}

const PAGE_SIZE = 50;

/** Functions of images: the control plane of AWS Lambda. Errors are the client's own; lambda-errors.ts says their kind. */
export class LambdaFunctions {
  readonly #client: LambdaClient;

  constructor(client: LambdaClient) {
    this.#client = client;
  }

  async find(name: string): Promise<FoundFunction | undefined> {
    const answer = await this.#client.send(new GetFunctionCommand({ FunctionName: name })).catch(ifMissing);
    if (answer?.Configuration === undefined) return undefined;
    const { Configuration: found, Code, Concurrency } = answer;
    return {
      state: stateOf(found),
      stateReason: reasonOf(found.StateReasonCode, found.StateReason),
      lastUpdate: found.LastUpdateStatus ?? "Successful",
      lastUpdateReason: reasonOf(found.LastUpdateStatusReasonCode, found.LastUpdateStatusReason),
      isIsolatedByTenant: found.TenancyConfig?.TenantIsolationMode === "PER_TENANT",
      settings: {
        imageUri: Code?.ImageUri,
        roleArn: found.Role ?? "",
        memoryMb: found.MemorySize ?? 0,
        timeoutS: found.Timeout ?? 0,
        concurrency: Concurrency?.ReservedConcurrentExecutions,
        logGroup: found.LoggingConfig?.LogGroup,
      },
    };
  }

  /** Begins to make it; it is usable once it is Active. */
  async create(spec: FunctionSpec): Promise<void> {
    await this.#client.send(
      new CreateFunctionCommand({
        FunctionName: spec.name,
        Description: spec.description,
        PackageType: "Image",
        Code: { ImageUri: spec.imageUri },
        Role: spec.roleArn,
        MemorySize: spec.memoryMb,
        Timeout: spec.timeoutS,
        Architectures: [spec.architecture === "arm64" ? "arm64" : "x86_64"],
        ...loggingTo(spec.logGroup),
        ...(spec.isIsolatedByTenant ? { TenancyConfig: { TenantIsolationMode: "PER_TENANT" } } : {}),
      }),
    );
  }

  /** Begins to change it; runs under way go on as they began. */
  async configure(
    name: string,
    {
      roleArn,
      memoryMb,
      timeoutS,
      logGroup,
    }: Pick<FunctionSettings, "roleArn" | "memoryMb" | "timeoutS" | "logGroup">,
  ): Promise<void> {
    await this.#client.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: name,
        Role: roleArn,
        MemorySize: memoryMb,
        Timeout: timeoutS,
        ...loggingTo(logGroup),
      }),
    );
  }

  async changeImage(
    name: string,
    { imageUri, architecture }: Pick<FunctionSettings, "imageUri" | "architecture">,
  ): Promise<void> {
    await this.#client.send(
      new UpdateFunctionCodeCommand({
        FunctionName: name,
        ImageUri: imageUri,
        Architectures: [architecture === "arm64" ? "arm64" : "x86_64"],
      }),
    );
  }

  async reserve(name: string, concurrency: number | undefined): Promise<void> {
    const FunctionName = name;
    if (concurrency === undefined)
      await this.#client.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
    else
      await this.#client.send(
        new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: concurrency }),
      );
  }

  /** One that is gone already is gone. */
  async remove(name: string): Promise<void> {
    await this.#client.send(new DeleteFunctionCommand({ FunctionName: name })).catch(ifMissing);
  }

  /** Those whose names begin so, in no order. */
  async *list(prefix: string): AsyncGenerator<ListedFunction> {
    let marker: string | undefined;
    do {
      const page = await this.#client.send(new ListFunctionsCommand({ Marker: marker, MaxItems: PAGE_SIZE }));
      for (const { FunctionName, LastModified } of page.Functions ?? []) {
        if (FunctionName?.startsWith(prefix) !== true) continue;
        yield { name: FunctionName, modifiedAtMs: instantOf(LastModified) };
      }
      marker = page.NextMarker === "" ? undefined : page.NextMarker;
    } while (marker !== undefined);
  }
}

function loggingTo(LogGroup: string | undefined): { LoggingConfig?: { LogGroup: string } } {
  return LogGroup === undefined ? {} : { LoggingConfig: { LogGroup } };
}

function stateOf({ State }: FunctionConfiguration): FoundFunction["state"] {
  if (State === "Pending" || State === "Inactive" || State === "Failed" || State === "Deleting") return State;
  // A service that says no state has none that one must wait for.
  return "Active";
}

function reasonOf(code: string | undefined, reason: string | undefined): string {
  return [code, reason].filter((part) => part !== undefined && part !== "").join(": ");
}

/** AWS writes `2026-01-02T03:04:05.000+0000`, which is not the ISO form of an offset. */
function instantOf(text = ""): number {
  return Date.parse(text.replace(/\+0000$/, "Z"));
}

function ifMissing(error: unknown): undefined {
  if (kindOfLambdaError(error) !== "missing") throw error;
}
