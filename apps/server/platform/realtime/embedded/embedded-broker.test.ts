import type { RealtimePeer } from "../conformance/peer.ts";
import { describeRestarts } from "../conformance/restarts.ts";
import { describeRealtime } from "../conformance.ts";
import { openBroker } from "./open-broker.ts";

async function open(): Promise<RealtimePeer> {
  const broker = await openBroker();
  return Object.assign(broker, {
    close: async () => {
      await broker[Symbol.asyncDispose]();
      if (broker.reported.length > 0)
        throw new AggregateError(broker.reported, "The broker reported errors of its own.");
    },
  });
}

describeRealtime("the embedded broker", open);
describeRestarts("the embedded broker", open, { restarts: 20, publications: 4_000 });
