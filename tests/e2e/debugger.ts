import { readFile } from "node:fs/promises";
import { SourceMap } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

interface Script {
  scriptId: string;
  url: string;
  sourceMapURL: string;
}

interface CallFrame {
  callFrameId: string;
  location: Place & { scriptId: string };
}

/** In generated code, counted from 0. */
interface Place {
  lineNumber: number;
  columnNumber: number;
}

type Listener = (params: never) => void;

/** An editor's half of the inspector protocol: breakpoints in the author's files, through the source maps on disk. */
export class Debugger {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (reply: { result?: unknown; error?: { message: string } }) => void>();
  readonly #listeners = new Map<string, Listener>();
  readonly #scripts = new Map<string, Script>();
  readonly #paused: CallFrame[][] = [];
  #onPaused: ((frames: CallFrame[]) => void) | undefined;
  #next = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#receive(JSON.parse(String(data))));
    this.#listeners.set("Debugger.scriptParsed", (script: Script) =>
      this.#scripts.set(script.scriptId, script),
    );
    this.#listeners.set("Debugger.paused", ({ callFrames }: { callFrames: CallFrame[] }) => {
      if (this.#onPaused === undefined) this.#paused.push(callFrames);
      else this.#onPaused(callFrames);
    });
  }

  /** Connects as an editor does; the scripts that run are known when it resolves. */
  static async attach(address: string): Promise<Debugger> {
    const socket = new WebSocket(address);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve());
      socket.addEventListener("error", () => reject(new TypeError(`nothing listens at ${address}`)));
    });
    const attached = new Debugger(socket);
    await attached.#send("Debugger.enable");
    return attached;
  }

  /** Sets a breakpoint by file and line (from 1), as a person does in the margin of an editor. */
  async breakAt(file: string, line: number): Promise<void> {
    for (const script of this.#scripts.values()) {
      const place = await placeOf(script, file, line);
      if (place === undefined) continue;
      await this.#send("Debugger.setBreakpointByUrl", { url: script.url, ...place });
      return;
    }
    throw new TypeError(`no script was made from ${file}:${line}`);
  }

  /** Where it stands, in the author's file, once it stands there. */
  async paused(): Promise<{ file: string; line: number; evaluate(expression: string): Promise<unknown> }> {
    const frames = this.#paused.shift() ?? (await this.#nextPause());
    const { callFrameId, location } = frames[0]!;
    const { map } = await readMap(this.#scripts.get(location.scriptId)!);
    const origin = map.findEntry(location.lineNumber, location.columnNumber) as {
      originalSource: string;
      originalLine: number;
    };
    return {
      file: fileURLToPath(origin.originalSource),
      line: origin.originalLine + 1,
      evaluate: async (expression) => {
        const params = { callFrameId, expression, returnByValue: true };
        const { result } = (await this.#send("Debugger.evaluateOnCallFrame", params)) as {
          result: { value: unknown };
        };
        return result.value;
      },
    };
  }

  async resume(): Promise<void> {
    await this.#send("Debugger.resume");
  }

  close(): void {
    this.#socket.close();
  }

  #nextPause(): Promise<CallFrame[]> {
    return new Promise((resolve) => {
      this.#onPaused = (frames) => {
        this.#onPaused = undefined;
        resolve(frames);
      };
    });
  }

  #send(method: string, params: object = {}): Promise<unknown> {
    const id = this.#next++;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result);
        else reject(new TypeError(`${method}: ${error.message}`));
      });
    });
  }

  #receive(message: {
    id?: number;
    method?: string;
    params?: never;
    result?: unknown;
    error?: { message: string };
  }) {
    if (message.id !== undefined) this.#waiting.get(message.id)?.(message);
    else this.#listeners.get(message.method ?? "")?.(message.params as never);
  }
}

async function readMap({ url, sourceMapURL }: Script): Promise<{ map: SourceMap; code: string }> {
  const [map, code] = await Promise.all([
    readFile(new URL(sourceMapURL, url), "utf8"),
    readFile(new URL(url), "utf8"),
  ]);
  return { map: new SourceMap(JSON.parse(map)), code };
}

/** The first place in a script's code that was made from that line. */
async function placeOf(script: Script, file: string, line: number): Promise<Place | undefined> {
  if (script.sourceMapURL === "" || !script.url.startsWith("file:")) return undefined;
  const { map, code } = await readMap(script);
  const wanted = pathToFileURL(file).href;
  for (const [lineNumber, text] of code.split("\n").entries()) {
    for (let columnNumber = 0; columnNumber < text.length; columnNumber++) {
      const entry = map.findEntry(lineNumber, columnNumber) as Partial<Record<string, unknown>>;
      const isHere = entry.generatedLine === lineNumber && entry.generatedColumn === columnNumber;
      if (isHere && entry.originalSource === wanted && entry.originalLine === line - 1)
        return { lineNumber, columnNumber };
    }
  }
  return undefined;
}
