import type { SwitchName } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Queryable } from "../../platform/db/database.ts";
import { listSwitches } from "./store.ts";

/** Nobody knows how long it stays off: whoever comes again by itself comes once a minute. */
const RETRY_AFTER_SECONDS = 60;

/** What is done, as the refusal says it. */
const DOINGS: Record<SwitchName, string> = {
  deploys: "Deploying and rolling back are",
  devSessions: "Dev sessions are",
  registryPushes: "Pushes to the image registry are",
  invitations: "Inviting and joining by an invitation are",
  schedules: "Schedules are",
  webhooks: "Webhooks are",
};

/** Why each is off, ready to be thrown. */
type Off = Partial<Record<SwitchName, () => FlowwError>>;

/** What is turned off, in this server's memory: the way in that asks for each event pays for looking at a property. */
export class Switches {
  readonly #database: Queryable;
  #reading: Promise<void> = Promise.resolve();
  #off: Off = {};

  constructor(database: Queryable) {
    this.#database = database;
  }

  /** Reads them again, one reading after the other: an older one never comes last. */
  refresh(): Promise<void> {
    const read = async () => {
      const off: Off = {};
      for (const { name, isOn, reason } of await listSwitches(this.#database))
        if (!isOn) off[name] = () => featureOff(name, reason);
      this.#off = off;
    };
    this.#reading = this.#reading.then(read, read);
    return this.#reading;
  }

  /** FEATURE_OFF; undefined while it is on. */
  refusal(name: SwitchName): FlowwError | undefined {
    return this.#off[name]?.();
  }

  /** @throws FlowwError FEATURE_OFF */
  require(name: SwitchName): void {
    const refusal = this.refusal(name);
    if (refusal !== undefined) throw refusal;
  }
}

function featureOff(name: SwitchName, reason: string | null): FlowwError {
  const why = reason === null || reason === "" ? "." : `: ${reason}`;
  return new FlowwError("FEATURE_OFF", `${DOINGS[name]} turned off on this server${why}`, {
    details: { feature: name, retryAfterSeconds: RETRY_AFTER_SECONDS },
  });
}
