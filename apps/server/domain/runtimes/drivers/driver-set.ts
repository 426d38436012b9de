import type { DriverName, RuntimeSettings } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { PlacedRuntime, RunEnd, RunJob, RunSink, RuntimeTarget } from "@floww/executor/host";
import type { RuntimeDriver } from "./driver.ts";

/** The drivers that this server has, as one: what a deployment was proven in is where it runs. */
export class DriverSet {
  readonly #byName: ReadonlyMap<DriverName, RuntimeDriver>;

  constructor(drivers: readonly RuntimeDriver[]) {
    this.#byName = new Map(drivers.map((driver) => [driver.name, driver]));
  }

  get offered(): { driver: DriverName; isolation: string }[] {
    return [...this.#byName.values()].map(({ name, isolation }) => ({ driver: name, isolation }));
  }

  /** What a deployment's settings come to. @throws FlowwError RUNTIME_NOT_OFFERED */
  place(settings: RuntimeSettings, byDefault: DriverName): PlacedRuntime {
    const driver = this.of(settings.driver ?? byDefault);
    return { ...driver.place(settings), driver: driver.name };
  }

  /** @throws FlowwError RUNTIME_NOT_OFFERED */
  of(name: DriverName): RuntimeDriver {
    const driver = this.#byName.get(name);
    if (driver !== undefined) return driver;
    const names = [...this.#byName.keys()].join(", ");
    throw new FlowwError("RUNTIME_NOT_OFFERED", `This server has no driver "${name}"; it has: ${names}.`);
  }

  async prove(target: RuntimeTarget): Promise<unknown> {
    return this.#for(target).prove(target);
  }

  async run(job: RunJob, sink: RunSink): Promise<RunEnd> {
    return this.#for(job.target).run(job, sink);
  }

  /** A driver that is not there (any more) is the run's to say. */
  prepare(target: RuntimeTarget): void {
    this.#byName.get(nameOf(target))?.prepare?.(target);
  }

  callsBack(target: RuntimeTarget): boolean {
    return this.#byName.get(nameOf(target))?.callsBack?.(target) ?? false;
  }

  loadAhead(target: RuntimeTarget): void {
    this.#for(target).loadAhead?.(target);
  }

  /** Every driver, as far as it knows. */
  canStart(): boolean {
    return [...this.#byName.values()].every((driver) => driver.canStart?.() ?? true);
  }

  cancel(executionId: string): void {
    for (const driver of this.#byName.values()) driver.cancel(executionId);
  }

  retire(deploymentId: string): void {
    for (const driver of this.#byName.values()) driver.retire(deploymentId);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#byName.values()].map((driver) => driver.close()));
  }

  #for(target: RuntimeTarget): RuntimeDriver {
    return this.of(nameOf(target));
  }
}

function nameOf({ runtime }: RuntimeTarget): DriverName {
  return runtime?.driver ?? "process";
}
