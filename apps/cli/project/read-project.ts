import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import { parse } from "yaml";
import { z } from "zod";

/** floww.yaml: what it may say, with the published names. */
const projectFile = z.looseObject({
  workflowId: z.string().optional(),
  name: z.string().min(1),
  description: z.string().optional(),
  entrypoint: z.string().default("main.ts"),
});

export interface Project {
  folder: string;
  file: string;
  workflowId: string | undefined;
  name: string;
  description: string | undefined;
  entryFile: string;
}

const FILE_NAME = "floww.yaml";

/** Reads the floww.yaml of a folder. @throws FlowwError INPUT_INVALID that says what to do */
export async function readProject(folder: string, entry?: string): Promise<Project> {
  const file = join(resolve(folder), FILE_NAME);
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new FlowwError("INPUT_INVALID", `There is no ${FILE_NAME} in ${resolve(folder)}.`, {
      cause,
      fix: "Run this in a workflow's folder, or make one with `floww init`.",
    });
  });
  const parsed = projectFile.safeParse(parseYaml(file, text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new FlowwError("INPUT_INVALID", `${file}: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { workflowId, name, description, entrypoint } = parsed.data;
  return {
    folder: dirname(file),
    file,
    workflowId,
    name,
    description,
    entryFile: join(dirname(file), entry ?? entrypoint),
  };
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new FlowwError("INPUT_INVALID", `${file} is not YAML: ${(cause as Error).message}`, { cause });
  }
}
