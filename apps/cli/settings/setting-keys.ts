import { FlowwError } from "@floww/contract/errors";
import type { Environment } from "../environment.ts";
import { findAccess } from "../session.ts";
import { changeProfile } from "./profile.ts";
import { parseServerUrl, readSettings, removeSettings, writeSettings } from "./settings.ts";

export interface SettingValue {
  key: SettingKey;
  value: string | undefined;
  /** What it was taken from: a variable, a file, or nothing but the default. */
  from: string | undefined;
}

export const settingKeys = ["server", "namespace"] as const;
export type SettingKey = (typeof settingKeys)[number];

/** @throws FlowwError INPUT_INVALID with the keys there are */
export function readSettingKey(text: string | undefined): SettingKey {
  const found = settingKeys.find((key) => key === text);
  if (found !== undefined) return found;
  throw new FlowwError("INPUT_INVALID", `There is no setting "${text}".`, {
    fix: `Use one of: ${settingKeys.join(", ")}.`,
  });
}

/** What is in force, and where it came from. */
export async function readSettingValues(environment: Environment): Promise<SettingValue[]> {
  const access = await findAccess(environment);
  return [
    { key: "server", value: access.serverUrl, from: access.serverFrom },
    { key: "namespace", value: access.namespace, from: access.namespaceFrom },
  ];
}

export async function changeSetting(environment: Environment, key: SettingKey, value: string): Promise<void> {
  if (key === "server") {
    const settings = await readSettings(environment.configFolder);
    await writeSettings(environment.configFolder, {
      ...settings,
      server: parseServerUrl(value, "The address"),
    });
  } else await setNamespace(environment, value);
}

/** Back to the default. A sign-in is no setting, and stays. */
export async function resetSetting(environment: Environment, key: SettingKey): Promise<void> {
  if (key === "server") await removeSettings(environment.configFolder);
  else await setNamespace(environment, undefined);
}

async function setNamespace(environment: Environment, namespace: string | undefined): Promise<void> {
  const { serverUrl } = await findAccess(environment);
  await changeProfile(environment.configFolder, serverUrl, { namespace });
}
