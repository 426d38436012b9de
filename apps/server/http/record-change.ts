import type { RouteName } from "@floww/contract/api";
import { appendAudit } from "../domain/audit/store.ts";
import type { Principal } from "../domain/identity/principal.ts";
import type { RouteCall } from "./route-handler.ts";

export type MaybeSignedIn = Omit<RouteCall, "principal" | "membership" | "namespace" | "run"> & {
  principal: Principal | undefined;
  membership: RouteCall["membership"] | undefined;
  namespace: RouteCall["namespace"] | undefined;
};

/** One line of the audit log for a route that changed something. What is done is done: a failure here is reported. */
export async function recordChange(
  call: MaybeSignedIn,
  { action, params, value }: { action: RouteName; params: Readonly<Record<string, string>>; value: unknown },
): Promise<void> {
  const organizationId = call.membership?.organizationId ?? call.audit.organizationId;
  await appendAudit(call.context.database, {
    organizationId,
    actor: call.audit.actor ?? actorOf(call.principal),
    action,
    subjects: { ...subjectsOf(params, value), ...call.audit.subjects },
    address: call.place.address,
  }).catch(call.context.report);
}

function actorOf(principal: Principal | undefined) {
  if (principal === undefined) return { kind: "nobody" as const, name: "" };
  return { kind: principal.kind, id: principal.id, name: principal.name };
}

/** Ids of the path, and of what was made: those fields of the reply that are ids, and no others. */
function subjectsOf(params: Readonly<Record<string, string>>, value: unknown): Record<string, string> {
  const subjects = new Map(Object.entries(params));
  for (const [name, id] of Object.entries(value ?? {})) {
    if (typeof id === "string" && /^[a-z]+_[0-9a-z]{26}$/.test(id) && /^id$|Id$/.test(name))
      subjects.set(name, id);
  }
  return Object.fromEntries(subjects);
}
