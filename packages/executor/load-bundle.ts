import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type BundleAbi,
  bundleAbi,
  type Host,
  type SourceLocation,
  type TriggerRegistration,
} from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { assignHandlerIds } from "@floww/contract/handler-id";
import { asAuthored, makeBundleFolder } from "./bundle-folder.ts";
import { mapStacks } from "./map-stacks.ts";

export interface LoadedBundle {
  handlers: Map<string, TriggerRegistration>;
  /** JSON for the driver, where it is wanted; parsed there like any input. */
  manifest: unknown;
}

const BUNDLE_FILE = "main.mjs";

interface LoadOptions {
  code: Uint8Array;
  map: Uint8Array;
  host: Host;
  wantsManifest: boolean;
  /** Where files may be written. */
  tmp: string;
}

/** Writes the bundle into the private tmp, imports it once, and reads what its top level declared. */
export async function loadBundle({
  code,
  map,
  host,
  wantsManifest,
  tmp,
}: LoadOptions): Promise<LoadedBundle> {
  // Nothing else goes on in this process yet: waiting for another thread would only take longer.
  const file = join(makeBundleFolder(tmp), BUNDLE_FILE);
  if (map.byteLength > 0) {
    // For a debugger; what is thrown here is mapped from memory.
    writeFileSync(`${file}.map`, map);
    mapStacks(pathToFileURL(file).href, map);
  }
  writeFileSync(file, code);
  const abi = bundleAbi();
  abi.host = host;
  await import(pathToFileURL(file).href);
  const { ids, warnings } = assignHandlerIds(abi.registrations);
  if (ids.length === 0) throw new FlowwError("NO_TRIGGERS");
  return {
    // The originals: `run` may rely on the object it was registered with.
    handlers: new Map(ids.map((id, index) => [id, abi.registrations[index]!])),
    manifest: wantsManifest ? manifestOf(abi, ids, warnings) : undefined,
  };
}

function manifestOf(abi: BundleAbi, ids: string[], warnings: string[]): unknown {
  return {
    abi: abi.abi,
    triggers: abi.registrations
      .map(withAuthoredSource)
      .map(({ provider, type, key, input, source }, index) => ({
        handlerId: ids[index],
        provider,
        type,
        key,
        input,
        ...(source === undefined ? {} : { source }),
      })),
    providers: abi.providers.map(withAuthoredSource),
    secrets: abi.secrets.map(withAuthoredSource),
    warnings: warnings.map(asAuthored),
  };
}

function withAuthoredSource<T extends { source?: SourceLocation }>(declared: T): T {
  const { source } = declared;
  return source === undefined
    ? declared
    : { ...declared, source: { ...source, file: asAuthored(source.file) } };
}
