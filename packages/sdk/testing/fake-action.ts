import type { SpiedAction } from "../test-host.ts";

/** A provider's action in tests: remembers what it was asked, answers what it was taught, calls nobody. */
export class FakeAction implements SpiedAction {
  #calls: unknown[] = [];
  #answer: unknown;
  #once: unknown[] = [];

  get calls(): readonly unknown[] {
    return this.#calls;
  }

  async answer(input: unknown): Promise<unknown> {
    this.#calls.push(input);
    const answer = this.#once.length > 0 ? this.#once.shift() : this.#answer;
    return typeof answer === "function" ? answer(input) : answer;
  }

  returns(answer: unknown): void {
    this.#answer = answer;
  }

  returnsOnce(answer: unknown): void {
    this.#once.push(answer);
  }

  reset(): void {
    this.#calls = [];
    this.#answer = undefined;
    this.#once = [];
  }
}
