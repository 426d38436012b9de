import { describe } from "vitest";
import { isCentrifugoInstalled } from "../../apps/server/platform/realtime/centrifugo/start-centrifugo.ts";
import { describeDevLoop } from "./dev-loop.ts";
import { openCentrifugo } from "./open-centrifugo.ts";

describe.skipIf(!isCentrifugoInstalled)("[needs centrifugo]", () => {
  describeDevLoop("Centrifugo", openCentrifugo);
});
