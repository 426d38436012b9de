import { readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type RuntimeSettings, routes, runtimeSettings } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { parse } from "yaml";
import { z } from "zod";

/** Of the runtime image that the code runs in; without any of it, it runs in the stock one. */
const buildSettings = z
  .strictObject({
    dockerfile: z.string().min(1),
    context: z.string().min(1),
    extra_options: z.array(z.string()).max(100),
    /** Packages that are installed beside the bundle, not in it. */
    external: z.array(z.string()).max(100),
    base: z.string().min(1),
    architecture: z.enum(["x64", "arm64"]),
  })
  .partial()
  .refine(
    ({ dockerfile, external, base }) => dockerfile === undefined || (external ?? base) === undefined,
    "a dockerfile says itself what `base` and `external` would",
  )
  .refine(
    ({ dockerfile, context, extra_options }) =>
      dockerfile !== undefined || (context ?? extra_options) === undefined,
    "`context` and `extra_options` go with a `dockerfile`",
  );

export type BuildSettings = z.infer<typeof buildSettings>;

const providerMappings = routes.createDeployment.body.shape.providers;

/** floww.yaml: what it may say, with the published names. */
const projectFile = z.looseObject({
  workflowId: z.string().optional(),
  name: z.string().min(1),
  description: z.string().optional(),
  entrypoint: z.string().default("main.ts"),
  /** A name in code that stands for another provider than the one of that alias. */
  providers: providerMappings.nullish(),
  /** Where it runs and with what. */
  runtime: runtimeSettings.nullish(),
  build: buildSettings.nullish(),
});

/** Type, then the name in code, then the id of the provider that it stands for. */
export type ProviderMappings = z.infer<typeof providerMappings>;

export interface Project {
  folder: string;
  file: string;
  workflowId: string | undefined;
  name: string;
  description: string | undefined;
  providers: ProviderMappings;
  runtime: RuntimeSettings;
  build: BuildSettings;
  entryFile: string;
}

const FIXES: Record<string, string> = {
  providers:
    "Give a type, the name in code and a provider's id, like `providers: {slack: {team: prv_…}}`; `floww providers list` shows the ids.",
  runtime:
    "It knows driver (process, docker, lambda), image, architecture (x64, arm64), memoryMb and concurrency.",
};

export const PROJECT_FILE = "floww.yaml";

/** Reads the floww.yaml of a folder. @throws FlowwError PROJECT_MISSING, PROJECT_INVALID */
export async function readProject(folder: string, entry?: string): Promise<Project> {
  const project = await findProject(folder, entry);
  if (project !== undefined) return project;
  throw new FlowwError("PROJECT_MISSING", `There is no ${PROJECT_FILE} in ${resolve(folder)}.`);
}

/** The same, where a folder without one is no error. */
export async function findProject(folder: string, entry?: string): Promise<Project | undefined> {
  const file = join(resolve(folder), PROJECT_FILE);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const parsed = projectFile.safeParse(parseYaml(file, text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const fix = FIXES[String(issue?.path[0])];
    const options = fix === undefined ? {} : { fix };
    throw new FlowwError("PROJECT_INVALID", `${file}: ${issue?.path.join(".")}: ${issue?.message}.`, options);
  }
  const { workflowId, name, description, entrypoint, providers, runtime, build } = parsed.data;
  return {
    folder: dirname(file),
    file,
    workflowId,
    name,
    description,
    providers: providers ?? {},
    runtime: runtime ?? {},
    build: build ?? {},
    entryFile: join(dirname(file), entry ?? entrypoint),
  };
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new FlowwError("PROJECT_INVALID", `${file} is not YAML: ${(cause as Error).message}`, { cause });
  }
}

export function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
