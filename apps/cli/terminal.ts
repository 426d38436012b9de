import type { Writable } from "node:stream";
import { confirm, isCancel } from "@clack/prompts";
import { FlowwError } from "@floww/contract/errors";

export interface TerminalOptions {
  output: Writable;
  errors: Writable;
  isInteractive: boolean;
}

/** What commands say: results to stdout, everything else to stderr, so that `--json | jq` always works. */
export class Terminal {
  readonly #options: TerminalOptions;

  constructor(options: TerminalOptions) {
    this.#options = options;
  }

  get isInteractive(): boolean {
    return this.#options.isInteractive;
  }

  print(line: string): void {
    this.#options.output.write(`${line}\n`);
  }

  json(value: unknown): void {
    this.print(JSON.stringify(value, null, 2));
  }

  note(line: string): void {
    this.#options.errors.write(`${line}\n`);
  }

  /** Never answers for a person who is not there: `flag` is how a script says yes. */
  async confirm(message: string, flag: string): Promise<boolean> {
    if (!this.isInteractive)
      throw new FlowwError("INPUT_INVALID", message, { fix: `Run it again with ${flag}.` });
    const answer = await confirm({ message });
    return !isCancel(answer) && answer;
  }
}
