import type { RouteAnswer, RouteRequest, Routes } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Session } from "../session.ts";

type DevSession = RouteAnswer<Routes["getDevSession"]>;
type LocalEvent = RouteRequest<Routes["createDevExecution"]>["body"];

/** The caller's own dev session of a workflow, in whichever terminal it runs. @throws FlowwError NOT_FOUND when none does */
export function getLocalSession({ client, namespace }: Session, workflowId: string): Promise<DevSession> {
  return client.getDevSession({ params: { namespaceId: namespace.id, workflowId } });
}

/** Records an event for the laptop. @throws FlowwError STATE_CONFLICT when the code there has no such handler */
export async function startLocally(
  { client, namespace }: Session,
  { id }: DevSession,
  event: LocalEvent,
): Promise<string> {
  const params = { namespaceId: namespace.id, devSessionId: id };
  return (await client.createDevExecution({ params, body: event })).executionId;
}

/** The handler of a manual trigger in a dev session's code. @throws FlowwError NOT_FOUND with the names there are */
export function getLocalManual({ triggers }: DevSession, name: string): string {
  const manual = triggers.filter(({ type }) => type === "onManual");
  const found = manual.find((trigger) => trigger.name === name);
  if (found !== undefined) return found.handlerId;
  const names = manual.map((trigger) => trigger.name).join(", ");
  throw new FlowwError("NOT_FOUND", `The code in your dev session has no manual trigger "${name}".`, {
    fix: names === "" ? "Add one with onManual, and save." : `It has: ${names}.`,
  });
}
