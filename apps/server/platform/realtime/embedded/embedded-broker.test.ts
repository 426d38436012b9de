import { describeRealtime } from "../conformance.ts";
import { openBroker } from "./open-broker.ts";

describeRealtime("the embedded broker", async () => {
  const broker = await openBroker();
  const close = async () => {
    await broker.close();
    if (broker.reported.length > 0)
      throw new AggregateError(broker.reported, "The broker reported errors of its own.");
  };
  return { ...broker, close };
});
