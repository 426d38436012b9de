import type { Writable } from "node:stream";
import { confirm, isCancel, password, progress, S_BAR, select, text } from "@clack/prompts";
import { FlowwError } from "@floww/contract/errors";
import { formatTable } from "./table.ts";
import { wrapWords } from "./wrap-words.ts";

export interface TerminalOptions {
  output: Writable;
  errors: Writable;
  input: AsyncIterable<Buffer | string>;
  isInteractive: boolean;
}

/** One line of a form. */
export interface FieldQuestion {
  message: string;
  /** Where it is found, below the question. */
  help?: string | undefined;
  /** Typed unseen. */
  isSecret: boolean;
  isRequired: boolean;
  /** What stands there already; never of a secret. */
  initial?: string | undefined;
  /** What stands in when nothing is typed. */
  placeholder?: string | undefined;
  /** The question goes away: somebody else answered it. */
  signal: AbortSignal;
}

/** With what stands left of it, a line of help is no wider than the narrowest usual terminal. */
const HELP_COLUMNS = 76;

const PROGRESS_STEPS = 100;

/** Lines that wait while a question stands on the screen; of more, the oldest are left out. */
const HELD_LINES_MAX = 1_000;

/** What commands say: results to stdout, everything else to stderr, so that `--json | jq` always works. */
export class Terminal {
  readonly #options: TerminalOptions;
  /** While a question stands on the screen: a line in its midst would break its picture. */
  #held: (() => void)[] | undefined;

  constructor(options: TerminalOptions) {
    this.#options = options;
  }

  get isInteractive(): boolean {
    return this.#options.isInteractive;
  }

  print(line: string): void {
    this.#write(this.#options.output, line);
  }

  json(value: unknown): void {
    this.print(JSON.stringify(value, null, 2));
  }

  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    for (const line of formatTable(head, rows)) this.print(line);
  }

  note(line: string): void {
    this.#write(this.#options.errors, line);
  }

  /** How far a long thing has come: a bar where somebody looks on, and one line at its end for the rest. */
  progress(message: string): { at(bytes: number, bytesTotal: number): void; done(message: string): void } {
    if (!this.isInteractive) return { at: () => undefined, done: (line) => this.note(line) };
    const bar = progress({ max: PROGRESS_STEPS, output: this.#options.errors });
    bar.start(message);
    let shown = 0;
    return {
      at: (bytes, bytesTotal) => {
        const step = bytesTotal === 0 ? PROGRESS_STEPS : Math.floor((PROGRESS_STEPS * bytes) / bytesTotal);
        if (step > shown) bar.advance(step - shown, message);
        shown = Math.max(shown, step);
      },
      done: (line) => bar.stop(line),
    };
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
    const answer = await this.#question(() => confirm({ message, output: this.#options.errors }));
    return !isCancel(answer) && answer;
  }

  /** undefined: the person turned away. `flag` is how a script answers. */
  async ask(
    message: string,
    { initial, flag }: { initial: string; flag: string },
  ): Promise<string | undefined> {
    this.#needPerson(message, `Run it again with ${flag}.`);
    const answer = await this.#question(() =>
      text({ message, initialValue: initial, output: this.#options.errors }),
    );
    return isCancel(answer) ? undefined : answer;
  }

  /** undefined: the person turned away. */
  async choose(message: string, choices: readonly string[], instead: string): Promise<string | undefined> {
    this.#needPerson(message, instead);
    const options = choices.map((value) => ({ value, label: value }));
    const answer = await this.#question(() => select({ message, options, output: this.#options.errors }));
    return isCancel(answer) ? undefined : answer;
  }

  /** A value that is shown nowhere: typed unseen by a person, else all of stdin without its last line break. */
  async readHidden(message: string): Promise<string | undefined> {
    if (!this.isInteractive) return (await this.readInput()).replace(/\r?\n$/, "");
    const answer = await this.#question(() => password({ message, output: this.#options.errors }));
    return isCancel(answer) ? undefined : answer;
  }

  /** undefined: the person turned away, or the question went away. */
  async askField({
    message,
    help = "",
    isSecret,
    isRequired,
    initial,
    placeholder,
    signal,
  }: FieldQuestion): Promise<string | undefined> {
    this.#needPerson(message, "Run it at a terminal.");
    const validate = (value: string | undefined) =>
      isRequired && (value ?? "").trim() === "" ? "This one is needed." : undefined;
    const below = help === "" ? [] : wrapWords(help, HELP_COLUMNS).map((line) => `${S_BAR}  ${line}`);
    const asked = { message: [message, ...below].join("\n"), validate, signal, output: this.#options.errors };
    const answer = await this.#question(() =>
      isSecret
        ? password(asked)
        : text({
            ...asked,
            ...(initial === undefined ? {} : { initialValue: initial }),
            ...(placeholder === undefined ? {} : { placeholder }),
          }),
    );
    return isCancel(answer) ? undefined : (answer ?? "");
  }

  async #question<T>(ask: () => Promise<T>): Promise<T> {
    this.#held = [];
    try {
      return await ask();
    } finally {
      const held = this.#held;
      this.#held = undefined;
      for (const write of held) write();
    }
  }

  #write(stream: Writable, line: string): void {
    const write = () => void stream.write(`${line}\n`);
    if (this.#held === undefined) return write();
    this.#held.push(write);
    if (this.#held.length > HELD_LINES_MAX) this.#held.shift();
  }

  #needPerson(message: string, fix: string): void {
    if (!this.isInteractive) throw new FlowwError("ANSWER_NEEDED", message, { fix });
  }
}
