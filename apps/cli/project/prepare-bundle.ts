import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { Manifest } from "@floww/contract/manifest";
import { executorFile } from "../executor-file.ts";
import { type BuiltBundle, buildBundle } from "./build-bundle.ts";
import { withCodeFrame } from "./code-frame.ts";
import { elapsedMs } from "./deploy-bundle.ts";
import { enumerateBundle } from "./enumerate-bundle.ts";
import { isFile, PROJECT_FILE, type Project } from "./read-project.ts";

export interface PreparedBundle {
  bundle: BuiltBundle;
  manifest: Manifest;
  timingsMs: { build: number; enumerate: number };
}

/** Builds a project and asks it what it listens for. @throws FlowwError with the author's lines in `details.frame` */
export async function prepareBundle(project: Project): Promise<PreparedBundle> {
  const { folder, entryFile } = project;
  if (!(await isFile(entryFile))) {
    throw new FlowwError("PROJECT_INVALID", `The entry file ${entryFile} is not there.`, {
      fix: `Make it, or name another with \`entrypoint\` in ${PROJECT_FILE}.`,
    });
  }
  const startedAt = performance.now();
  const bundle = await withCodeFrame(folder, buildBundle(project));
  assertFits(bundle);
  const build = elapsedMs(startedAt);
  const builtAt = performance.now();
  const manifest = await withCodeFrame(folder, enumerateBundle(bundle, { executorFile, folder }));
  return { bundle, manifest, timingsMs: { build, enumerate: elapsedMs(builtAt) } };
}

/** As the server would refuse it; before it is asked what it declares, for no executor takes one much larger. */
function assertFits({ code, map }: BuiltBundle): void {
  const bytes = code.byteLength + map.byteLength;
  if (bytes <= limits.bundleBytesMax) return;
  const message = `The bundle has ${bytes} bytes with its source map; ${limits.bundleBytesMax} is the most.`;
  throw new FlowwError("BUNDLE_TOO_LARGE", message);
}
