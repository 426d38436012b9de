import type { Queryable } from "../../platform/db/database.ts";
import { WARN_BEFORE_MS } from "./note-credential.ts";

interface Named {
  providerId: string;
  type: string;
  alias: string;
}

/** Providers that a person should look at: what fails, in the service's own words, and credentials that end soon or have. */
export async function listTroubledProviders(
  database: Queryable,
  namespaceId: string,
  limit: number,
): Promise<{
  failing: (Named & { failure: string })[];
  registrations: (Named & { target: string; failure: string })[];
  ending: (Named & { endsAt: Date })[];
}> {
  const columns = `p.id as "providerId", p.type, p.alias`;
  const [failing, registrations, ending] = await Promise.all([
    database.query<Named & { failure: string }>(
      `select ${columns}, coalesce(p.credential_failure, p.failure) as failure from providers p
       where p.namespace_id = $1 and coalesce(p.credential_failure, p.failure) is not null
       order by p.type, p.alias limit $2`,
      [namespaceId, limit],
    ),
    database.query<Named & { target: string; failure: string }>(
      `select ${columns}, r.target, r.failure from registrations r join providers p on p.id = r.provider_id
       where p.namespace_id = $1 and r.failure is not null order by p.type, p.alias, r.target limit $2`,
      [namespaceId, limit],
    ),
    database.query<Named & { endsAt: Date }>(
      `select ${columns}, p.credential_expires_at as "endsAt" from providers p
       where p.namespace_id = $1 and p.credential_failure is null
         and p.credential_expires_at <= now() + $3 * interval '1 millisecond'
       order by p.credential_expires_at limit $2`,
      [namespaceId, limit, WARN_BEFORE_MS],
    ),
  ]);
  return { failing: failing.rows, registrations: registrations.rows, ending: ending.rows };
}
