import { createHash } from "node:crypto";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DockerProgram } from "./docker-program.ts";

export interface StockImageOptions {
  docker: DockerProgram;
  /** An image with Node 24 on its PATH. */
  base: string;
  executorFile: string;
}

const TAG_CHARACTERS = 16;
/** A base may have to be pulled first. */
const BUILD_MS_MAX = 15 * 60_000;

/**
 * The image of deployments that need no other: the base, and this server's executor. Its name says both, so that a newer
 * executor is another image, and what was proven in the old one stays there.
 *
 * @throws FlowwError RUNTIME_UNAVAILABLE with what the engine said
 */
export async function ensureStockImage({ docker, base, executorFile }: StockImageOptions): Promise<string> {
  const executor = await readFile(executorFile);
  const hash = createHash("sha256").update(base).update("\n").update(executor).digest("hex");
  const image = `floww-runtime:${hash.slice(0, TAG_CHARACTERS)}`;
  if (await docker.hasImage(image)) return image;
  const context = await mkdtemp(join(tmpdir(), "floww-stock-"));
  try {
    await copyFile(executorFile, join(context, "executor.cjs"));
    await writeFile(join(context, "Dockerfile"), dockerfile(base));
    await docker.ask(["build", "--quiet", "--network", "none", "--tag", image, context], {
      timeoutMs: BUILD_MS_MAX,
    });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  return image;
}

function dockerfile(base: string): string {
  return [
    `FROM ${base}`,
    "COPY executor.cjs /floww/executor.cjs",
    'ENTRYPOINT ["node", "/floww/executor.cjs"]',
    "CMD []",
    "",
  ].join("\n");
}
