import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import { z } from "zod";
import type { HostOperations } from "../host-operations.ts";
import { findMetadata, setMetadata } from "./store.ts";

/** What a webhook's `setup` remembers for its `teardown`. */
export const metadataOperations: Pick<HostOperations, "webhook.setMetadata" | "webhook.getMetadata"> = {
  "webhook.setMetadata": {
    input: z.object({ value: z.string().max(limits.webhookMetadataBytesMax) }),
    answer: async ({ database, run }, { value }) => {
      if (await setMetadata(database, run.id, Buffer.from(value))) return null;
      throw new FlowwError("STATE_CONFLICT", "This run sets no webhook up, or its address was taken back.");
    },
  },
  "webhook.getMetadata": {
    input: z.object({}),
    answer: async ({ database, run }) => {
      const found = await findMetadata(database, run.id);
      if (found === undefined)
        throw new FlowwError("STATE_CONFLICT", "This run takes no webhook's address back.");
      return { value: found.metadata?.toString("utf8") ?? null };
    },
  },
};
