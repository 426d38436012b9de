import type { Queryable } from "../../platform/db/database.ts";
import { findManifest } from "./store.ts";

const DEPLOYMENTS_MAX = 500;

interface Declared {
  secrets: ReadonlySet<string>;
  providers: ReadonlySet<string>;
}

/** What a deployment may ask for: what its manifest declares, which never changes, so it is read once. */
export class Declarations {
  readonly #database: Queryable;
  readonly #byDeployment = new Map<string, Promise<Declared>>();

  constructor(database: Queryable) {
    this.#database = database;
  }

  async hasSecret(deploymentId: string, name: string, credential: string): Promise<boolean> {
    return (await this.#of(deploymentId)).secrets.has(JSON.stringify([name, credential]));
  }

  async hasProvider(deploymentId: string, type: string, alias: string): Promise<boolean> {
    return (await this.#of(deploymentId)).providers.has(JSON.stringify([type, alias]));
  }

  #of(deploymentId: string): Promise<Declared> {
    const known = this.#byDeployment.get(deploymentId);
    if (known !== undefined) return known;
    const read = this.#read(deploymentId);
    this.#byDeployment.set(deploymentId, read);
    read.catch(() => this.#byDeployment.delete(deploymentId));
    const oldest = this.#byDeployment.keys().next().value;
    if (this.#byDeployment.size > DEPLOYMENTS_MAX && oldest !== undefined) this.#byDeployment.delete(oldest);
    return read;
  }

  async #read(deploymentId: string): Promise<Declared> {
    const manifest = await findManifest(this.#database, deploymentId);
    // A dev session stands in the place of a deployment, and has none.
    const { secrets = [], providers = [] } = manifest ?? {};
    return {
      secrets: new Set(secrets.map(({ name, credential }) => JSON.stringify([name, credential]))),
      providers: new Set(providers.map(({ type, alias }) => JSON.stringify([type, alias]))),
    };
  }
}
