import { FlowwError } from "@floww/contract/errors";
import { parseId } from "@floww/contract/ids";
import { type Digest, parseDigest } from "../../platform/blobs/digest.ts";

const NAME_MAX = 200;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;

/** `ns_…/my/image`: the namespace by its id, for its name is only unique in its organization and may change. */
export interface RepositoryName {
  namespaceId: string;
  /** Without the namespace. */
  repository: string;
  /** As it came. */
  text: string;
}

/** Undefined for what the distribution specification's grammar does not allow, or what begins with no namespace's id. */
export function parseRepositoryName(text: string): RepositoryName | undefined {
  if (text.length > NAME_MAX) return undefined;
  const [first, ...rest] = text.split("/");
  const namespaceId = parseId("namespace", first ?? "");
  if (namespaceId === undefined || rest.length === 0 || !rest.every((part) => COMPONENT.test(part)))
    return undefined;
  return { namespaceId, repository: rest.join("/"), text };
}

/** @throws FlowwError REGISTRY_NAME_INVALID */
export function readRepositoryName(text: string): RepositoryName {
  const name = parseRepositoryName(text);
  if (name !== undefined) return name;
  throw new FlowwError(
    "REGISTRY_NAME_INVALID",
    `${JSON.stringify(text.slice(0, NAME_MAX))} is no repository's name.`,
  );
}

/** @throws FlowwError REGISTRY_DIGEST_INVALID */
export function readDigest(text: string): Digest {
  const digest = parseDigest(text);
  if (digest !== undefined) return digest;
  throw new FlowwError("REGISTRY_DIGEST_INVALID", `${JSON.stringify(text.slice(0, NAME_MAX))} is no digest.`);
}

export type Reference = { digest: Digest } | { tag: string };

/** A tag has no colon, a digest has one. @throws FlowwError REGISTRY_DIGEST_INVALID, REGISTRY_MANIFEST_INVALID */
export function readReference(text: string): Reference {
  if (text.includes(":")) return { digest: readDigest(text) };
  return { tag: readTag(text) };
}

/** @throws FlowwError REGISTRY_MANIFEST_INVALID */
export function readTag(text: string): string {
  if (TAG.test(text)) return text;
  throw new FlowwError("REGISTRY_MANIFEST_INVALID", `${JSON.stringify(text.slice(0, NAME_MAX))} is no tag.`);
}
