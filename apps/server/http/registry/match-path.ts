export type RegistryPath = { kind: "base" } | { kind: "token" } | RepositoryPath;

export type RepositoryPath =
  | { kind: "uploads" | "tags"; name: string }
  | { kind: "blob" | "upload" | "manifest" | "referrers"; name: string; reference: string };

/** From the end on, for a repository may be called anything: `ns_…/blobs/uploads/blobs/sha256:…`. */
const SHAPES: [RegExp, RepositoryPath["kind"]][] = [
  [/^(.+)\/blobs\/uploads\/?$/, "uploads"],
  [/^(.+)\/blobs\/uploads\/([^/]+)$/, "upload"],
  [/^(.+)\/blobs\/([^/]+)$/, "blob"],
  [/^(.+)\/manifests\/([^/]+)$/, "manifest"],
  [/^(.+)\/tags\/list$/, "tags"],
  [/^(.+)\/referrers\/([^/]+)$/, "referrers"],
];

/** What stands after `/v2/`; undefined when it is nothing of ours. What the parts are is looked at later. */
export function matchRegistryPath(path: string): RegistryPath | undefined {
  const decoded = decode(path);
  if (decoded === undefined) return undefined;
  if (decoded === "") return { kind: "base" };
  if (decoded === "token") return { kind: "token" };
  for (const [shape, kind] of SHAPES) {
    const [, name, reference = ""] = shape.exec(decoded) ?? [];
    if (name === undefined) continue;
    return kind === "uploads" || kind === "tags" ? { kind, name } : { kind, name, reference };
  }
  return undefined;
}

/** Once: some clients write the colon of a digest as %3A. */
function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
