import type { Queryable } from "../../platform/db/database.ts";
import { findManifest } from "./store.ts";

const DEPLOYMENTS_MAX = 500;

/** Which secrets a deployment may read: those in its manifest, which never changes, so it is read once. */
export class DeclaredSecrets {
  readonly #database: Queryable;
  readonly #byDeployment = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(database: Queryable) {
    this.#database = database;
  }

  async has(deploymentId: string, name: string, credential: string): Promise<boolean> {
    return (await this.#of(deploymentId)).has(JSON.stringify([name, credential]));
  }

  #of(deploymentId: string): Promise<ReadonlySet<string>> {
    const known = this.#byDeployment.get(deploymentId);
    if (known !== undefined) return known;
    const read = this.#read(deploymentId);
    this.#byDeployment.set(deploymentId, read);
    read.catch(() => this.#byDeployment.delete(deploymentId));
    const oldest = this.#byDeployment.keys().next().value;
    if (this.#byDeployment.size > DEPLOYMENTS_MAX && oldest !== undefined) this.#byDeployment.delete(oldest);
    return read;
  }

  async #read(deploymentId: string): Promise<ReadonlySet<string>> {
    const manifest = await findManifest(this.#database, deploymentId);
    // A dev session stands in the place of a deployment, and has none.
    const secrets = manifest?.secrets ?? [];
    return new Set(secrets.map(({ name, credential }) => JSON.stringify([name, credential])));
  }
}
