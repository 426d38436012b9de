import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { FlowwError } from "@floww/contract/errors";
import type { WireError } from "@floww/contract/frames";
import { openResponse, type ResponseStream } from "./response-stream.ts";

export interface Invocation {
  id: string;
  deadlineAtMs: number;
  payload: string;
}

const VERSION = "/2018-06-01/runtime";
const REQUEST_ID = "lambda-runtime-aws-request-id";
const DEADLINE = "lambda-runtime-deadline-ms";

/** A client of AWS Lambda's Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
export class LambdaApi {
  /** Not imported: the executor is one file, and over a pipe it has no use for HTTP. */
  readonly #http = process.getBuiltinModule("node:http");
  readonly #where: { host: string; port: number } | { socketPath: string };
  /** Kept for the next event, which may take hours to come. */
  readonly #agent = new this.#http.Agent({ keepAlive: true });

  /** `where`: host:port, as on AWS; or the path of a UNIX socket, where there is no network. */
  constructor(where: string) {
    const [host, port] = where.split(":");
    this.#where = where.startsWith("/") ? { socketPath: where } : { host: host!, port: Number(port ?? 80) };
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
  respond(id: string): Promise<ResponseStream> {
    return openResponse(this.#where, `${VERSION}/invocation/${id}/response`);
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
    return this.#http.request({
      ...this.#where,
      ...{ agent: this.#agent, method, path: `${VERSION}${path}`, headers },
    });
  }
}

function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once("response", resolve).once("error", reject);
  });
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
