import { pause } from "../eventually.ts";

/** What a caller of a webhook sees. */
export interface Seen {
  status: number;
  body: string;
  /** The answer began, and broke off. */
  isCut: boolean;
  headers: Headers;
  /** From the request to the end of the answer. */
  tookMs: number;
}

export async function call(url: string): Promise<Seen> {
  const beganAt = performance.now();
  const answer = await fetch(url, { method: "POST" });
  let [size, body, isCut] = [0, "", false];
  try {
    // Of a stream without an end only the beginning is kept.
    for await (const bytes of answer.body ?? []) {
      if (size < 10_000) body += Buffer.from(bytes).toString("latin1");
      size += bytes.byteLength;
    }
  } catch {
    isCut = true;
  }
  const tookMs = performance.now() - beganAt;
  return { status: answer.status, body, isCut, headers: answer.headers, tookMs };
}

export interface Probe {
  asked: number;
  failed: string[];
  slowestMs: number;
  /** Since it was last asked for. */
  takeSlowestMs(): number;
  [Symbol.asyncDispose](): Promise<void>;
}

const PROBE_EVERY_MS = 100;

/** Calls somebody else's webhook all the time, one call after the other. */
export function startProbe(url: string): Probe {
  let [isOver, latest] = [false, 0];
  const ask = async () => {
    while (!isOver) {
      const { status, tookMs } = await call(url).catch((error: Error) => ({
        status: error.message,
        tookMs: 0,
      }));
      probe.asked += 1;
      probe.slowestMs = Math.max(probe.slowestMs, tookMs);
      latest = Math.max(latest, tookMs);
      if (status !== 200) probe.failed.push(String(status));
      await pause(PROBE_EVERY_MS);
    }
  };
  const probe: Probe = {
    asked: 0,
    failed: [],
    slowestMs: 0,
    takeSlowestMs: () => {
      const slowest = latest;
      latest = 0;
      return slowest;
    },
    [Symbol.asyncDispose]: async () => {
      isOver = true;
      await asking;
    },
  };
  const asking = ask();
  return probe;
}
