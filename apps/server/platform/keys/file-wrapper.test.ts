import { randomBytes } from "node:crypto";
import { createFileWrapper } from "./file-wrapper.ts";
import { KEY_BYTES } from "./key-ring.ts";
import { describeKeyWrapper } from "./wrapper-conformance.ts";

describeKeyWrapper("master.key", async () => ({
  wrapper: createFileWrapper(randomBytes(KEY_BYTES)),
  other: createFileWrapper(randomBytes(KEY_BYTES)),
  close: async () => undefined,
}));
