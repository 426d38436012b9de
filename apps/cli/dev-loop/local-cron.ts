import type { Manifest } from "@floww/contract/manifest";
import { Cron } from "croner";

/** The laptop's own clock for the schedules that its code declares. */
export class LocalCron {
  readonly #fire: (handlerId: string, scheduledAt: Date) => void;
  #crons: Cron[] = [];

  constructor(fire: (handlerId: string, scheduledAt: Date) => void) {
    this.#fire = fire;
  }

  /** Keeps to what the code declares now. */
  schedule(manifest: Manifest): void {
    this.stop();
    this.#crons = manifest.triggers
      .filter(({ provider, type }) => provider.type === "builtin" && type === "onCron")
      .map(({ handlerId, input }) => {
        const { expression, timezone } = input as { expression: string; timezone: string };
        return new Cron(expression, { timezone }, (cron: Cron) =>
          this.#fire(handlerId, cron.currentRun() ?? new Date()),
        );
      });
  }

  stop(): void {
    for (const cron of this.#crons) cron.stop();
    this.#crons = [];
  }
}
