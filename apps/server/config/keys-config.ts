import { invalidVariable } from "./env.ts";

/** What protects the keys that stand in the database. */
export type KeysConfig = { kind: "file" } | { kind: "kms"; region: string; keyId: string };

/** @throws FlowwError CONFIG_INVALID */
export function readKeysConfig(value = "file"): KeysConfig {
  if (value === "file") return { kind: "file" };
  const [, region, keyId] = /^kms:([a-z0-9-]+)\/([A-Za-z0-9:/_-]{1,256})$/.exec(value) ?? [];
  if (region !== undefined && keyId !== undefined) return { kind: "kms", region, keyId };
  throw invalidVariable(
    "FLOWW_KEYS",
    value,
    "file, or kms:<region>/<key id> such as kms:eu-central-1/alias/floww",
  );
}
