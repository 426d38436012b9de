import { type Manifest, manifest as manifestSchema } from "@floww/contract/manifest";
import type { Queryable } from "../../platform/db/database.ts";

interface ActiveRow {
  name: string;
  manifest: Buffer;
  mapped: { type: string; alias: string; providerId: string }[];
}

/** Names of the workflows whose active version uses a provider, whatever name their code has for it. */
export async function listUsers(
  database: Queryable,
  { id, namespaceId, type, alias }: { id: string; namespaceId: string; type: string; alias: string },
): Promise<string[]> {
  const found = await database.query<ActiveRow>(
    `select w.name, d.manifest, coalesce((
       select json_agg(json_build_object('type', m.type, 'alias', m.alias, 'providerId', m.provider_id))
       from provider_mappings m where m.owner_id = d.id), '[]') as mapped
     from workflows w join deployments d on d.id = w.active_deployment_id
     where w.namespace_id = $1 and w.deleted_at is null order by w.name`,
    [namespaceId],
  );
  return found.rows
    .filter(({ manifest, mapped }) =>
      usedBy(manifest).some((use) => {
        const mapping = mapped.find((one) => one.type === use.type && one.alias === use.alias);
        return use.type === type && (mapping === undefined ? use.alias === alias : mapping.providerId === id);
      }),
    )
    .map(({ name }) => name);
}

function usedBy(manifest: Buffer): Manifest["providers"] {
  return manifestSchema.parse(JSON.parse(manifest.toString("utf8"))).providers;
}
