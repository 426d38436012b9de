import { describeDevLoop } from "./dev-loop.ts";

describeDevLoop("the embedded broker", async () => ({ env: {}, close: async () => undefined }));
