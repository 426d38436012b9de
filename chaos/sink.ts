import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { SinkRecord } from "./ledger/records.ts";
import { SyncedFile } from "./ledger/synced-file.ts";

/** The outside world: handlers report to it, and what it has on its disk has happened. */
export interface Sink {
  readonly url: string;
  /** In the order of arrival; each is on the disk before its reporter hears of it. */
  readonly records: readonly SinkRecord[];
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openSink(file: string): Promise<Sink> {
  const records: SinkRecord[] = [];
  const disk = await SyncedFile.create(file);
  const server = createServer((request, response) => {
    void readText(request)
      .then(async (text) => {
        const record = { ...(JSON.parse(text) as SinkRecord), atMs: Date.now() };
        records.push(record);
        await disk.append(record);
        response.writeHead(204).end();
      })
      // Cut off in the middle: its runtime was killed, and nothing has happened.
      .catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    records,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await disk.close();
    },
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
}
