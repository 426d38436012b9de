import { Agent, request } from "node:http";
import { join } from "node:path";
import { MANUAL, paths } from "../system/workflow-source.ts";
import type { AnsweredRecord, EventKind, LedgerRecord } from "./records.ts";
import { SyncedFile } from "./synced-file.ts";

export interface LedgerOptions {
  folder: string;
  token: string;
  namespaceId: string;
  workflowId: string;
  /** Path of the workflow's webhooks, without the server. */
  webhookPath: string;
}

export interface SendOptions {
  id: string;
  kind: EventKind;
  /** Address of the server that gets it. */
  to: string;
  copy?: number;
  /** How long the handler holds on before its effect. */
  waitMs?: number;
}

/** A caller is patient, but not for ever: longer than the server lets one wait. */
const PATIENCE_MS = 60_000;

/** Sends events and keeps the book: what was sent stands on the disk before it leaves, what was promised after it came. */
export class LedgerClient {
  readonly records: LedgerRecord[] = [];
  readonly #options: LedgerOptions;
  readonly #disk: SyncedFile;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });
  acknowledged = 0;

  private constructor(options: LedgerOptions, disk: SyncedFile) {
    this.#options = options;
    this.#disk = disk;
  }

  static async open(options: LedgerOptions): Promise<LedgerClient> {
    return new LedgerClient(options, await SyncedFile.create(join(options.folder, "ledger.jsonl")));
  }

  /** True when it was acknowledged. */
  async send({ id, kind, to, copy = 1, waitMs = 0 }: SendOptions): Promise<boolean> {
    await this.#write({ type: "sent", id, kind, copy, atMs: Date.now() });
    const answer = await this.#post(`${to}${this.#pathOf(kind)}`, kind, { id, waitMs });
    await this.#write({ ...answer, type: "answered", id, kind, copy, atMs: Date.now() });
    const isAcknowledged = answer.status >= 200 && answer.status < 300;
    if (isAcknowledged) this.acknowledged += 1;
    return isAcknowledged;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    await this.#disk.close();
  }

  async #write(record: LedgerRecord): Promise<void> {
    this.records.push(record);
    await this.#disk.append(record);
  }

  #pathOf(kind: EventKind): string {
    const { namespaceId, workflowId, webhookPath } = this.#options;
    if (kind === "manual") return `/api/namespaces/${namespaceId}/workflows/${workflowId}/manual/${MANUAL}`;
    return webhookPath + paths[kind];
  }

  async #post(
    url: string,
    kind: EventKind,
    event: { id: string; waitMs: number },
  ): Promise<Pick<AnsweredRecord, "status" | "execution" | "about" | "code">> {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (kind === "copies") headers["idempotency-key"] = event.id;
    if (kind === "manual") headers.authorization = `Bearer ${this.#options.token}`;
    const body = JSON.stringify(kind === "manual" ? { input: event } : event);
    try {
      const { status, text } = await this.#exchange(url, headers, body);
      return { status, ...readAnswer(text) };
    } catch {
      return { status: 0 };
    }
  }

  #exchange(
    url: string,
    headers: Record<string, string>,
    body: string,
  ): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const sent = request(url, { method: "POST", headers, agent: this.#agent, signal }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk) => {
          text += chunk;
        });
        answer.once("end", () => resolve({ status: answer.statusCode ?? 0, text }));
        answer.once("error", reject).once("aborted", () => reject(new RangeError("cut off")));
      });
      sent.once("error", reject);
      sent.end(body);
    });
  }
}

function readAnswer(text: string): Pick<AnsweredRecord, "execution" | "about" | "code"> {
  if (text === "") return {};
  const { executionId, id, error } = JSON.parse(text) as {
    executionId?: string;
    id?: string;
    error?: { code?: string };
  };
  return {
    ...(executionId === undefined ? {} : { execution: executionId }),
    ...(id === undefined ? {} : { about: id }),
    ...(error?.code === undefined ? {} : { code: error.code }),
  };
}
