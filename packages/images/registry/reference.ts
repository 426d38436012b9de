import { FlowwError } from "@floww/contract/errors";

export interface ImageReference {
  /** Host, and port where it is not the usual one. */
  registry: string;
  repository: string;
  /** A tag, or a digest, which wins. */
  reference: string;
}

const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/i;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const REPOSITORY_LENGTH_MAX = 255;

export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** Reads a name as `docker pull` does; without a host it is one of Docker Hub. @throws FlowwError IMAGE_INVALID */
export function parseReference(text: string): ImageReference {
  const [name = "", digest] = split(text, text.indexOf("@"));
  const slash = name.indexOf("/");
  const first = slash === -1 ? "" : name.slice(0, slash);
  const hasHost = /[.:]/.test(first) || first === "localhost";
  const path = hasHost ? name.slice(slash + 1) : name;
  const [repository = "", tag] = split(path, path.lastIndexOf(":"));
  const reference = digest ?? tag ?? "latest";
  const isWhole =
    (digest === undefined
      ? TAG.test(reference)
      : DIGEST.test(digest) && (tag === undefined || TAG.test(tag))) &&
    (!hasHost || HOST.test(first)) &&
    REPOSITORY.test(repository) &&
    repository.length <= REPOSITORY_LENGTH_MAX;
  if (!isWhole) throw new FlowwError("IMAGE_INVALID", `${JSON.stringify(text)} is not the name of an image.`);
  if (hasHost) return { registry: first, repository, reference };
  const onHub = repository.includes("/") ? repository : `library/${repository}`;
  return { registry: "registry-1.docker.io", repository: onHub, reference };
}

function split(text: string, index: number): [string, string?] {
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
