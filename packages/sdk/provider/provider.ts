import { bundleAbi, type ProviderName, type ProviderUse } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { withSource } from "../source-location.ts";

/** What the API takes, so that whatever is declared can also be configured. */
const ALIAS = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

export interface ProviderOptions {
  /** Which of several configured providers of this type; default `default`. */
  credential?: string;
}

/** One configured account of an outside service, as code names it. The credential itself never comes here. */
export abstract class Provider {
  readonly connection: ProviderName;

  /** @throws FlowwError NAME_INVALID */
  constructor(type: string, given: string | ProviderOptions | undefined) {
    const alias = (typeof given === "string" ? given : given?.credential) ?? "default";
    if (!ALIAS.test(alias))
      throw new FlowwError("NAME_INVALID", `${JSON.stringify(alias)} cannot name a provider.`);
    this.connection = { type, alias };
    declareUse(this.connection, new.target);
  }
}

function declareUse(connection: ProviderName, made: abstract new (...args: never[]) => unknown): void {
  const abi = bundleAbi();
  // One that is made inside a run is no declaration: the manifest is long written, and the list would only grow.
  if (abi.host?.current() !== undefined) return;
  const isKnown = abi.providers.some(
    ({ type, alias }) => type === connection.type && alias === connection.alias,
  );
  if (isKnown) return;
  const use: ProviderUse = { ...connection };
  abi.providers.push(withSource(use, made as unknown as (...args: never[]) => unknown));
}
