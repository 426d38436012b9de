/** A run's `signal`, made when it is first asked for: most handlers never do, and it would cost more than all else. */
export class RunSignal {
  #controller: AbortController | undefined;
  #reason: { name: string; message: string } | undefined;

  get isAborted(): boolean {
    return this.#reason !== undefined;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      this.#tell();
    }
    return this.#controller.signal;
  }

  /** The first reason stays. */
  abort(name: "AbortError" | "TimeoutError", message: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = { name, message };
    this.#tell();
  }

  #tell(): void {
    if (this.#reason !== undefined)
      this.#controller?.abort(new DOMException(this.#reason.message, this.#reason.name));
  }
}
