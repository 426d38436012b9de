import { FlowwError } from "@floww/contract/errors";
import type { ProviderAnswer, ProviderRequest } from "@floww/executor/host";
import type { LogLine, VendorCall } from "./log-buffer.ts";

type CallVendor = (request: ProviderRequest, signal: AbortSignal) => Promise<ProviderAnswer>;

/** Every vendor call leaves a line in its run's log: what was asked, without its query, what came of it, and how long it took. */
export async function traceVendorCall(
  call: CallVendor,
  { request, signal, log }: { request: ProviderRequest; signal: AbortSignal; log(line: LogLine): void },
): Promise<ProviderAnswer> {
  const startedAt = performance.now();
  const note = (outcome: Pick<VendorCall, "status" | "code">) => {
    const durationMs = Math.round(performance.now() - startedAt);
    const { connection: provider, method } = request;
    const place = placeOf(request);
    const told = outcome.status ?? outcome.code;
    const text = `${nameOf(request)} ${method} ${place} -> ${told} in ${durationMs} ms`;
    const vendorCall = { provider, method, place, ...outcome, durationMs };
    log({ level: "debug", atMs: Date.now(), text: Buffer.from(text), vendorCall });
  };
  try {
    const answer = await call(request, signal);
    note({ status: answer.status });
    return answer;
  } catch (error) {
    note({ code: error instanceof FlowwError ? error.code : "failed" });
    throw error;
  }
}

function nameOf({ connection: { type, alias } }: ProviderRequest): string {
  return alias === "default" ? type : `${type} (${alias})`;
}

/** A query may hold what no log should. */
function placeOf({ url }: ProviderRequest): string {
  const parsed = URL.parse(url);
  return parsed === null ? "an address that is none" : parsed.host + parsed.pathname;
}
