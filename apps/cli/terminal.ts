import type { Writable } from "node:stream";
import { confirm, isCancel, password, select, text } from "@clack/prompts";
import { FlowwError } from "@floww/contract/errors";
import { formatTable } from "./table.ts";

export interface TerminalOptions {
  output: Writable;
  errors: Writable;
  input: AsyncIterable<Buffer | string>;
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

  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    for (const line of formatTable(head, rows)) this.print(line);
  }

  note(line: string): void {
    this.#options.errors.write(`${line}\n`);
  }

  /** All of stdin. */
  async readInput(): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.#options.input) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString("utf8");
  }

  /** Never answers for a person who is not there: `flag` is how a script says yes. */
  async confirm(message: string, flag: string): Promise<boolean> {
    this.#needPerson(message, `Run it again with ${flag}.`);
    const answer = await confirm({ message, output: this.#options.errors });
    return !isCancel(answer) && answer;
  }

  /** undefined: the person turned away. `flag` is how a script answers. */
  async ask(
    message: string,
    { initial, flag }: { initial: string; flag: string },
  ): Promise<string | undefined> {
    this.#needPerson(message, `Run it again with ${flag}.`);
    const answer = await text({ message, initialValue: initial, output: this.#options.errors });
    return isCancel(answer) ? undefined : answer;
  }

  /** undefined: the person turned away. */
  async choose(message: string, choices: readonly string[], instead: string): Promise<string | undefined> {
    this.#needPerson(message, instead);
    const options = choices.map((value) => ({ value, label: value }));
    const answer = await select({ message, options, output: this.#options.errors });
    return isCancel(answer) ? undefined : answer;
  }

  /** A value that is shown nowhere: typed unseen by a person, else all of stdin without its last line break. */
  async readHidden(message: string): Promise<string | undefined> {
    if (!this.isInteractive) return (await this.readInput()).replace(/\r?\n$/, "");
    const answer = await password({ message, output: this.#options.errors });
    return isCancel(answer) ? undefined : answer;
  }

  #needPerson(message: string, fix: string): void {
    if (!this.isInteractive) throw new FlowwError("ANSWER_NEEDED", message, { fix });
  }
}
