import { FlowwError } from "@floww/contract/errors";
import { listReferrers, listTags } from "../../domain/registry/manifest-store.ts";
import { readDigest } from "../../domain/registry/names.ts";
import { OCI_INDEX } from "../../domain/registry/parse-manifest.ts";
import { findRepository, getRepository } from "../../domain/registry/store.ts";
import { parseDigest } from "../../platform/blobs/digest.ts";
import type { RepositoryCall } from "./registry-call.ts";
import { sendJson } from "./send.ts";

const TAGS_MAX = 1_000;
const REFERRERS_MAX = 100;
/** Descriptors carry annotations: a page is cut here, and always has one. */
const REFERRERS_BYTES_MAX = 4 * 1024 * 1024;

export async function getTags(call: RepositoryCall): Promise<void> {
  const { context, response, name, query } = call;
  const limit = readNumber(query.get("n"));
  const repositoryId = await getRepository(context.database, name);
  // One more than asked for says whether there is a next page.
  const found =
    limit === 0
      ? []
      : await listTags(context.database, repositoryId, {
          after: readText(query, "last") ?? "",
          limit: limit + 1,
        });
  const tags = found.slice(0, limit);
  const next = nextLink(call, found.length > limit ? tags.at(-1) : undefined, { n: String(limit) });
  sendJson(response, 200, { name: name.text, tags }, next);
}

/** Of what no tag and no type has, nothing is left; the database takes no NUL. */
function readText(query: URLSearchParams, name: string): string | undefined {
  return query.get(name)?.replaceAll(/[^\x20-\x7e]/g, "") ?? undefined;
}

/** @throws FlowwError INPUT_INVALID */
function readNumber(text: string | null): number {
  if (text === null) return TAGS_MAX;
  if (!/^\d{1,9}$/.test(text)) throw new FlowwError("INPUT_INVALID", `n=${text.slice(0, 20)} is no number.`);
  return Math.min(Number(text), TAGS_MAX);
}

export async function getReferrers(call: RepositoryCall): Promise<void> {
  const { context, response, name, query } = call;
  const subject = readDigest(call.reference).text;
  const artifactType = readText(query, "artifactType");
  const after = readText(query, "last") ?? "";
  const repositoryId = await findRepository(context.database, name);
  const found =
    repositoryId === undefined || (after !== "" && parseDigest(after) === undefined)
      ? []
      : await listReferrers(context.database, repositoryId, {
          subject,
          artifactType,
          after,
          limit: REFERRERS_MAX + 1,
          bytesMax: REFERRERS_BYTES_MAX,
        });
  const page = found.slice(0, REFERRERS_MAX);
  const last = page.at(-1);
  // A page that was cut for its bytes is not told from the last one: the next is then empty.
  const isMaybeMore = found.length > REFERRERS_MAX || sumBytes(page) >= REFERRERS_BYTES_MAX / 2;
  const manifests = page.map(({ descriptor }) => JSON.parse(descriptor.toString("utf8")) as unknown);
  sendJson(
    response,
    200,
    { schemaVersion: 2, mediaType: OCI_INDEX, manifests },
    {
      "content-type": OCI_INDEX,
      ...(artifactType === undefined ? {} : { "oci-filters-applied": "artifactType" }),
      ...nextLink(
        call,
        isMaybeMore ? last?.digest : undefined,
        artifactType === undefined ? {} : { artifactType },
      ),
    },
  );
}

function sumBytes(page: readonly { descriptor: Buffer }[]): number {
  return page.reduce((sum, { descriptor }) => sum + descriptor.byteLength, 0);
}

function nextLink(
  { request }: RepositoryCall,
  last: string | undefined,
  query: Record<string, string>,
): Record<string, string> {
  if (last === undefined) return {};
  const path = (request.url ?? "").split("?", 1)[0];
  return { link: `<${path}?${new URLSearchParams({ ...query, last })}>; rel="next"` };
}
