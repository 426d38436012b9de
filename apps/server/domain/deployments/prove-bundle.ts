import { isDeepStrictEqual } from "node:util";
import { FlowwError } from "@floww/contract/errors";
import { type Manifest, manifest as manifestSchema } from "@floww/contract/manifest";
import type { RuntimeTarget } from "@floww/executor/host";
import type { RuntimeDriver } from "../runtimes/drivers/driver.ts";

/**
 * Runs the bundle's top level in the runtime it is meant for, and holds what it declares there against what it
 * declared on the author's machine. @throws FlowwError of the import, MANIFEST_INVALID, MANIFEST_MISMATCH
 */
export async function proveBundle(
  driver: Pick<RuntimeDriver, "prove">,
  target: RuntimeTarget,
  announced: Manifest,
): Promise<Manifest> {
  const parsed = manifestSchema.safeParse(await driver.prove(target));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new FlowwError("MANIFEST_INVALID", `${issue?.path.join(".")}: ${issue?.message}`);
  }
  for (const part of ["triggers", "providers", "secrets"] as const) {
    if (!isDeepStrictEqual(withoutPlaces(parsed.data[part]), withoutPlaces(announced[part]))) {
      throw new FlowwError(
        "MANIFEST_MISMATCH",
        `The ${part} declared on the server differ from those on your machine.`,
        {
          details: { here: withoutPlaces(parsed.data[part]), there: withoutPlaces(announced[part]) },
        },
      );
    }
  }
  return parsed.data;
}

/** Source maps name files relative to where they lie; only what is declared counts. */
function withoutPlaces(entries: readonly { source?: unknown }[]): unknown {
  return entries.map(({ source: _, ...entry }) => entry);
}
