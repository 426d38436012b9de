import { createHash } from "node:crypto";
import type { RuntimeTarget } from "@floww/executor/host";

/** What a function has to be told of a deployment in each event, since nobody knows whether it has heard it. */
export interface DeploymentSource {
  variables: Record<string, string>;
  variablesHash: string;
  codeBytes: number;
  /** Of the bundle's code and map, one after the other. */
  sha256: string;
}

const DEPLOYMENTS_MAX = 1_000;
const HASH_CHARACTERS = 16;

/** Of what runs: read once for each deployment, until it is retired: which it also is when its variables change. */
export class DeploymentSources {
  readonly #byDeployment = new Map<string, Promise<DeploymentSource>>();

  read(target: RuntimeTarget): Promise<DeploymentSource> {
    const { deploymentId } = target;
    const known = this.#byDeployment.get(deploymentId);
    if (known !== undefined) return known;
    const source = readSource(target);
    this.#byDeployment.set(deploymentId, source);
    source.catch(() => {
      if (this.#byDeployment.get(deploymentId) === source) this.forget(deploymentId);
    });
    const [oldest] = this.#byDeployment.keys();
    if (this.#byDeployment.size > DEPLOYMENTS_MAX) this.forget(oldest!);
    return source;
  }

  forget(deploymentId: string): void {
    this.#byDeployment.delete(deploymentId);
  }
}

export async function readSource(target: RuntimeTarget): Promise<DeploymentSource> {
  const [{ code, map }, variables] = await Promise.all([target.bundle(), target.env()]);
  const sorted = Object.entries(variables).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return {
    variables,
    variablesHash: createHash("sha256")
      .update(JSON.stringify(sorted))
      .digest("hex")
      .slice(0, HASH_CHARACTERS),
    codeBytes: code.byteLength,
    sha256: createHash("sha256").update(code).update(map).digest("hex"),
  };
}

export function hashVariables(variables: Record<string, string>): string {
  const sorted = Object.entries(variables).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, HASH_CHARACTERS);
}
