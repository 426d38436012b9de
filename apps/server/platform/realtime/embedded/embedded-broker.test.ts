import { describeRealtime } from "../conformance.ts";
import { openBroker } from "./open-broker.ts";

describeRealtime("the embedded broker", () => openBroker());
