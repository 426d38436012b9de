import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { FlowwError } from "@floww/contract/errors";
import type { WireError } from "@floww/contract/frames";

export interface Invocation {
  id: string;
  deadlineAtMs: number;
  payload: string;
}

export interface ResponseStream {
  write(bytes: Uint8Array, written?: () => void): void;
  /** Hands out what was written before this call returns, as far as the connection takes it. */
  writeLast(bytes: Uint8Array): void;
  /** Resolves once Lambda has taken all of it. */
  end(): Promise<void>;
}

const VERSION = "/2018-06-01/runtime";
const REQUEST_ID = "lambda-runtime-aws-request-id";
const DEADLINE = "lambda-runtime-deadline-ms";

/** A client of AWS Lambda's Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
export class LambdaApi {
  /** Not imported: the executor is one file, and over a pipe it has no use for HTTP. */
  readonly #http = process.getBuiltinModule("node:http");
  readonly #host: string;
  readonly #port: number;
  /** One connection for the next event, which may take hours to come, and one for what is answered. */
  readonly #agent = new this.#http.Agent({ keepAlive: true });

  constructor(hostAndPort: string) {
    const [host, port] = hostAndPort.split(":");
    this.#host = host!;
    this.#port = Number(port ?? 80);
  }

  /** Waits for an event, without a limit. */
  async next(): Promise<Invocation> {
    const asked = this.#open("GET", "/invocation/next");
    asked.end();
    const answer = await answerTo(asked);
    const payload = await readText(answer);
    const id = answer.headers[REQUEST_ID];
    if (answer.statusCode !== 200 || typeof id !== "string")
      throw new FlowwError("INTERNAL", `The Runtime API answered ${answer.statusCode} to \`next\`.`);
    return { id, deadlineAtMs: Number(answer.headers[DEADLINE]), payload };
  }

  /** Begins the answer of an invocation; resolves once it is connected. */
  async respond(id: string): Promise<ResponseStream> {
    const sent = this.#open("POST", `/invocation/${id}/response`, {
      "content-type": "application/octet-stream",
      "lambda-runtime-function-response-mode": "streaming",
      "transfer-encoding": "chunked",
    });
    const answer = answerTo(sent);
    // Told by `end`; until then a lost connection is no error of whoever writes.
    answer.catch(() => undefined);
    sent.flushHeaders();
    await connected(sent);
    return {
      write: (bytes, written) => void sent.write(bytes, () => written?.()),
      writeLast: (bytes) => {
        sent.write(bytes);
        // Writes are gathered until the next turn, which a process that exits does not live to see.
        while ((sent.socket?.writableCorked ?? 0) > 0) sent.socket?.uncork();
      },
      end: async () => {
        sent.end();
        await readText(await answer);
      },
    };
  }

  fail(id: string, error: WireError): Promise<void> {
    return this.#postError(`/invocation/${id}/error`, error);
  }

  failInit(error: WireError): Promise<void> {
    return this.#postError("/init/error", error);
  }

  async #postError(path: string, { code, name, message, stack }: WireError): Promise<void> {
    const body = JSON.stringify({
      errorType: code,
      errorMessage: `${name}: ${message}`,
      stackTrace: (stack ?? "").split("\n"),
    });
    const sent = this.#open("POST", path, {
      "content-type": "application/vnd.aws.lambda.error+json",
      "lambda-runtime-function-error-type": `Floww.${code}`,
    });
    sent.end(body);
    await readText(await answerTo(sent));
  }

  #open(method: string, path: string, headers: OutgoingHttpHeaders = {}): ClientRequest {
    const [host, port, agent] = [this.#host, this.#port, this.#agent];
    return this.#http.request({ host, port, agent, method, path: `${VERSION}${path}`, headers });
  }
}

function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once("response", resolve).once("error", reject);
  });
}

function connected(sent: ClientRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    sent.once("error", reject);
    sent.once("socket", (socket) => {
      if (socket.connecting) socket.once("connect", resolve);
      else resolve();
    });
  });
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
