import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import { z } from "zod";
import { readPrivateFile, removeFile, writePrivateFile } from "./private-file.ts";

/** What holds for every server: `config.json` beside the profiles. */
const settings = z.object({ server: z.url().optional() });

export type Settings = z.infer<typeof settings>;

export async function readSettings(configFolder: string): Promise<Settings> {
  const file = fileIn(configFolder);
  const text = await readPrivateFile(file);
  if (text === undefined) return {};
  try {
    return settings.parse(JSON.parse(text));
  } catch (cause) {
    throw new FlowwError("INPUT_INVALID", `${file} cannot be read as settings.`, {
      cause,
      fix: "Run `floww config reset`.",
    });
  }
}

export async function writeSettings(configFolder: string, value: Settings): Promise<void> {
  await writePrivateFile(fileIn(configFolder), `${JSON.stringify(value, null, 2)}\n`);
}

export async function removeSettings(configFolder: string): Promise<void> {
  await removeFile(fileIn(configFolder));
}

/** Takes what a person writes as a server's address. @throws FlowwError INPUT_INVALID */
export function parseServerUrl(value: string, from: string): string {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "") {
    throw new FlowwError("INPUT_INVALID", `${from} is "${value}", which is no server's address.`, {
      fix: "Write it like http://127.0.0.1:4400 or https://floww.example.com.",
    });
  }
  if (url.username !== "" || url.password !== "") {
    throw new FlowwError("INPUT_INVALID", `${from} holds a user name or a password.`, {
      fix: "Leave them out of the address, and set FLOWW_TOKEN.",
    });
  }
  return url.href.replace(/\/$/, "");
}

function fileIn(configFolder: string): string {
  return join(configFolder, "config.json");
}
