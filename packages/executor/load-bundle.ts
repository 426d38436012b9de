import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleAbi, type Host, type SourceLocation, type TriggerRegistration } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { assignHandlerIds } from "@floww/contract/handler-id";

export interface LoadedBundle {
  handlers: Map<string, TriggerRegistration>;
  /** JSON for the driver; parsed there like any input. */
  manifest: unknown;
}

const BUNDLE_FILE = "main.mjs";

/** Writes the bundle into the private tmp, imports it once, and reads what its top level declared. */
export async function loadBundle(code: Uint8Array, map: Uint8Array, host: Host): Promise<LoadedBundle> {
  const folder = await mkdtemp(join(tmpdir(), "floww-"));
  const file = join(folder, BUNDLE_FILE);
  if (map.byteLength > 0) await writeFile(`${file}.map`, map);
  await writeFile(file, code);
  const abi = bundleAbi();
  abi.host = host;
  await import(pathToFileURL(file).href);
  const { ids, warnings } = assignHandlerIds(abi.registrations);
  if (ids.length === 0) throw new FlowwError("NO_TRIGGERS");
  const strip = relativeTo(folder);
  return {
    handlers: new Map(ids.map((id, index) => [id, abi.registrations[index]!])),
    manifest: {
      abi: abi.abi,
      triggers: abi.registrations.map(({ provider, type, key, input, source }, index) => ({
        handlerId: ids[index],
        provider,
        type,
        key,
        input,
        ...strip(source),
      })),
      providers: abi.providers.map(({ source, ...use }) => ({ ...use, ...strip(source) })),
      secrets: abi.secrets.map(({ source, ...use }) => ({ ...use, ...strip(source) })),
      warnings,
    },
  };
}

/** Source maps resolve against the bundle's folder; the author knows the path from the project. */
function relativeTo(folder: string): (source: SourceLocation | undefined) => { source?: SourceLocation } {
  return (source) => {
    if (source === undefined) return {};
    const file = source.file.startsWith(`${folder}/`) ? source.file.slice(folder.length + 1) : source.file;
    return { source: { ...source, file } };
  };
}
