import { dockerArchive } from "@floww/images";
import type { DockerProgram } from "./docker-program.ts";

/** Where the images of deployments lie. */
export interface ImageSource {
  /** @throws FlowwError REGISTRY_MANIFEST_UNKNOWN */
  open(
    namespaceId: string,
    reference: string,
  ): Promise<{ manifest: Buffer; blob(digest: string): Promise<AsyncIterable<Uint8Array>> }>;
}

/** Brings images to the engine, each once: it needs no way to the registry, and nobody's credentials. */
export class ImageLoader {
  readonly #docker: DockerProgram;
  readonly #source: ImageSource;
  readonly #loading = new Map<string, Promise<string>>();

  constructor(docker: DockerProgram, source: ImageSource) {
    this.#docker = docker;
    this.#source = source;
  }

  /** Resolves with the engine's name for it. @throws FlowwError REGISTRY_MANIFEST_UNKNOWN, RUNTIME_UNAVAILABLE */
  load(namespaceId: string, reference: string): Promise<string> {
    const key = `${namespaceId} ${reference}`;
    const loading =
      this.#loading.get(key) ?? this.#load(namespaceId, reference).finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }

  async #load(namespaceId: string, reference: string): Promise<string> {
    // Asked each time: an image may be another namespace's, or gone.
    const image = await this.#source.open(namespaceId, reference);
    const name = `floww-image:${reference.slice(reference.lastIndexOf(":") + 1)}`;
    if (!(await this.#docker.hasImage(name)))
      await this.#docker.feed(["load", "--quiet"], dockerArchive({ ...image, name }));
    return name;
  }
}
