import { randomUUID } from "node:crypto";
import pg from "pg";

export interface LimitItem {
  insert?: { deliveryId: string; executionId: string; head: Buffer; body: Buffer };
  finish?: { executionId: string; output: Buffer };
}

const OWNER = randomUUID();
const NAMESPACE = randomUUID();
const WORKFLOW = randomUUID();
const TRIGGER = randomUUID();
const DEPLOYMENT = randomUUID();
const ANSWER = Buffer.from('{"status":200,"headers":[["content-type","application/json"]]}');
const ROWS_MAX = 500;

/** A UUIDv7, since the tables are partitioned by it. */
export function newId(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** One connection, one statement a flush, written for these rows only. */
const STATEMENT = `
  with d as (
    insert into deliveries (id, namespace_id, workflow_id, trigger_id, verdict, head, body, remote_address)
    select id, '${NAMESPACE}', '${WORKFLOW}', '${TRIGGER}', 1, head, body, '127.0.0.1'
    from unnest($1::uuid[], $3::bytea[], $4::bytea[]) as given (id, head, body)
  ), e as (
    insert into executions (id, namespace_id, workflow_id, trigger_id, deployment_id, delivery_id, origin, mode, state,
      attempt, epoch, owner, started_at)
    select id, '${NAMESPACE}', '${WORKFLOW}', '${TRIGGER}', '${DEPLOYMENT}', delivery_id, 1, 1, 2, 1, 1, '${OWNER}', now()
    from unnest($2::uuid[], $1::uuid[]) as given (id, delivery_id)
  )
  update executions as execution
  set state = 10, finished_at = now(), run_ms = 1, answer = '\\x${ANSWER.toString("hex")}', output = given.output
  from unnest($5::uuid[], $6::bytea[]) as given (id, output)
  where execution.id = given.id and execution.owner = '${OWNER}' and execution.epoch = 1 and execution.state + 0 = 2`;

export class LimitLedger {
  readonly #client: pg.Client;
  #queue: { item: LimitItem; resolve(): void }[] = [];
  #isBusy = false;

  static async open({ host, password }: { host: string; password: string }): Promise<LimitLedger> {
    const client = new pg.Client({ host, port: 5432, user: "floww", database: "postgres", password });
    await client.connect();
    await client.query("set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off");
    await client.query("set plan_cache_mode = force_generic_plan; set jit = off");
    return new LimitLedger(client);
  }

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  commit(item: LimitItem): Promise<void> {
    return new Promise((resolve) => {
      this.#queue.push({ item, resolve });
      if (!this.#isBusy) {
        this.#isBusy = true;
        setImmediate(() => void this.#flush());
      }
    });
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async #flush(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, ROWS_MAX);
      const inserts = batch.flatMap(({ item }) => item.insert ?? []);
      const ends = batch.flatMap(({ item }) => item.finish ?? []);
      await this.#client.query({
        name: "flush",
        text: STATEMENT,
        values: [
          array(
            2950,
            inserts.map(({ deliveryId }) => uuid(deliveryId)),
          ),
          array(
            2950,
            inserts.map(({ executionId }) => uuid(executionId)),
          ),
          array(
            17,
            inserts.map(({ head }) => head),
          ),
          array(
            17,
            inserts.map(({ body }) => body),
          ),
          array(
            2950,
            ends.map(({ executionId }) => uuid(executionId)),
          ),
          array(
            17,
            ends.map(({ output }) => output),
          ),
        ],
      });
      for (const { resolve } of batch) resolve();
    }
    this.#isBusy = false;
  }
}

function uuid(text: string): Buffer {
  return Buffer.from(text.replaceAll("-", ""), "hex");
}

/** PostgreSQL's binary array format, without nulls. */
function array(oid: number, values: Buffer[]): Buffer {
  const out = Buffer.allocUnsafe(20 + values.reduce((bytes, value) => bytes + 4 + value.length, 0));
  let at = out.writeInt32BE(1, 0);
  at = out.writeInt32BE(0, at);
  at = out.writeInt32BE(oid, at);
  at = out.writeInt32BE(values.length, at);
  at = out.writeInt32BE(1, at);
  for (const value of values) {
    at = out.writeInt32BE(value.length, at);
    at += value.copy(out, at);
  }
  return out;
}
