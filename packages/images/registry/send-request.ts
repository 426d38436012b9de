import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { FlowwError } from "@floww/contract/errors";

export interface Sent {
  method: string;
  url: URL;
  headers?: Record<string, string | number>;
  /** Made anew for each attempt. */
  body?: Buffer | (() => Promise<Readable>);
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Has to be read or destroyed. */
  body: Readable;
}

/** Nothing moved for so long: the peer is as good as gone. */
const SILENCE_MS = 60_000;
const SMALL_BYTES_MAX = 4 * 1024 * 1024;

/** One request, streamed both ways. fetch() would send a stream without its length, which registries may refuse. */
export async function sendRequest(
  { method, url, headers = {}, body, signal }: Sent,
  silenceMs = SILENCE_MS,
): Promise<Answer> {
  const send = url.protocol === "https:" ? requestHttps : requestHttp;
  const outgoing = send(url, { method, headers, ...(signal === undefined ? {} : { signal }) });
  outgoing.setTimeout(silenceMs, () =>
    outgoing.destroy(new Error(`${url.host} was silent for ${silenceMs} ms`)),
  );
  const answered = new Promise<Answer>((resolve, reject) => {
    outgoing.once("error", reject);
    outgoing.once("response", (incoming) => {
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: incoming });
    });
  });
  if (typeof body === "function") {
    // An answer before the end of the body is the registry's refusal, and says more than the broken pipe.
    const sent = body()
      .then((source) => pipeline(source, outgoing))
      .then(() => answered);
    const first = await Promise.race([answered, sent]).catch((error: unknown) => {
      outgoing.destroy();
      throw error;
    });
    sent.catch(() => undefined);
    return first;
  }
  outgoing.end(body);
  return await answered;
}

/** All of a small answer. */
export async function readSmall({ body }: Answer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > SMALL_BYTES_MAX)
      throw new FlowwError("REGISTRY_REFUSED", `The registry's answer is over ${SMALL_BYTES_MAX} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
