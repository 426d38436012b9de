import type { RuntimeSettings } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { Registry } from "@floww/images";
import type { Session } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import type { BuiltBundle } from "./build-bundle.ts";
import { buildRuntimeImage, needsImage } from "./build-runtime-image.ts";
import type { Project } from "./read-project.ts";

export interface ProvideRuntimeOptions {
  session: Pick<Session, "serverUrl" | "token" | "namespace">;
  terminal: Terminal;
  /** Where layers are kept between builds. */
  cache: string;
  /** The author's own environment. */
  variables: Record<string, string | undefined>;
}

/** One for the whole namespace: what two of its workflows need of the same is sent once. */
const REPOSITORY = "runtimes";

/**
 * The runtime that a bundle is to run in, with an image in the server's registry when the stock one has not all that it
 * imports. What the registry has already is not sent.
 *
 * @throws FlowwError PROJECT_INVALID, LOCK_FILE_*, DEPENDENCY_NEEDS_DOCKERFILE, REGISTRY_*
 */
export async function provideRuntime(
  project: Pick<Project, "folder" | "build" | "runtime">,
  bundle: Pick<BuiltBundle, "externals">,
  { session, terminal, cache, variables }: ProvideRuntimeOptions,
): Promise<RuntimeSettings> {
  const { runtime, build } = project;
  // Theirs, however they made it, or none at all.
  if (runtime.image !== undefined || !needsImage(project, bundle)) return runtime;
  const isNamed = bundle.externals.length > 0 && build.dockerfile === undefined;
  const why = isNamed ? bundle.externals.join(", ") : "`build` in floww.yaml";
  if (runtime.driver === "process")
    throw new FlowwError("PROJECT_INVALID", `The server's own engine has no image, which ${why} needs.`, {
      fix: "Set `runtime.driver` to docker or lambda in floww.yaml, or leave the package out.",
    });
  const { host } = new URL(session.serverUrl);
  const credentials = { username: "floww", password: session.token };
  const to = {
    registry: new Registry({ host, credentials }),
    repository: `${session.namespace.id}/${REPOSITORY}`,
  };
  const progress = terminal.progress(`Runtime image for ${why}`);
  const architecture = build.architecture ?? runtime.architecture;
  try {
    const { digest, bytesUploaded } = await buildRuntimeImage(
      { ...project, build: { ...build, ...(architecture === undefined ? {} : { architecture }) } },
      bundle,
      {
        to,
        cache,
        credentials,
        variables,
        onLine: (line) => terminal.note(line),
        onProgress: ({ bytes, bytesTotal }) => progress.at(bytes, bytesTotal),
      },
    );
    progress.done(
      `Runtime image for ${why}: ${bytesUploaded === 0 ? "already there" : `${megabytes(bytesUploaded)} sent`}`,
    );
    return {
      ...runtime,
      image: `${to.repository}@${digest}`,
      ...(architecture === undefined ? {} : { architecture }),
    };
  } catch (error) {
    progress.done(`Runtime image for ${why}: not made`);
    throw error;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
