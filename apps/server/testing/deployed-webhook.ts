import { createHash } from "node:crypto";
import type { TestServer } from "./running-server.ts";

export interface DeployedWebhook {
  params: { namespaceId: string; workflowId: string };
  /** On any server of the database. */
  path: string;
}

/** A live workflow, deployed by the machine's owner: its one webhook runs `handler`, the source of a function of the run's scope and the event as it travels. It has no SDK. */
export async function deployWebhook(
  server: TestServer,
  { name, handler }: { name: string; handler: string },
): Promise<DeployedWebhook> {
  const declared = {
    provider: { type: "builtin", alias: "default" },
    type: "onWebhook",
    key: "POST /",
    input: { method: "POST", path: "/", response: "handler" as const },
  };
  const code = Buffer.from(
    `globalThis[Symbol.for("floww.abi.1")].registrations.push({
      ...${JSON.stringify(declared)}, id: "hook", run: ${handler} });`,
  );
  const client = server.client(server.ownerToken);
  const namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
  const workflow = await client.createWorkflow({ params: { namespaceId }, body: { name } });
  const params = { namespaceId, workflowId: workflow.id };
  const hash = createHash("sha256").update(code).digest("hex");
  const query = { codeBytes: code.byteLength };
  await client.putBundle({ params: { namespaceId, hash }, query, body: code });
  const triggers = [{ handlerId: "hook", ...declared }];
  const manifest = { abi: 1 as const, triggers, providers: [], secrets: [], warnings: [] };
  await client.createDeployment({ params, body: { bundleHash: hash, manifest } });
  return { params, path: new URL(workflow.webhookUrl).pathname };
}
