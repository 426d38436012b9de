import { setImmediate } from "node:timers/promises";
import { FlowwError } from "@floww/contract/errors";
import type { BrokerEngine } from "./broker-engine.ts";

/**
 * Publications in the order they were asked for, a batch per turn of the event loop: a burst published in one go would
 * otherwise fill every client's queue before a single byte is sent, and cut off clients that read as fast as they can.
 */
export class PublishQueue {
  readonly #engine: BrokerEngine;
  readonly #waitingMax: number;
  #waiting: Waiting[] = [];
  #isRunning = false;

  constructor(engine: BrokerEngine, waitingMax: number) {
    this.#engine = engine;
    this.#waitingMax = waitingMax;
  }

  /** Resolves when the engine has it. */
  async add(channel: string, json: string): Promise<void> {
    if (this.#waiting.length >= this.#waitingMax) throw new FlowwError("REALTIME_OVERLOADED");
    const published = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ channel, json, resolve, reject });
    });
    if (!this.#isRunning) void this.#run();
    await published;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      for (const { channel, json, resolve, reject } of this.#waiting.splice(0, BATCH)) {
        await this.#engine.publish(channel, json).then(resolve, reject);
      }
      await setImmediate();
    }
    this.#isRunning = false;
  }
}

interface Waiting {
  channel: string;
  json: string;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Times the biggest publication stays well under a client's queue. */
const BATCH = 64;
