import { FlowwError } from "@floww/contract/errors";
import type { ProviderAnswer, ProviderRequest, RunLog } from "@floww/executor/host";

type CallVendor = (request: ProviderRequest, signal: AbortSignal) => Promise<ProviderAnswer>;

/** Every vendor call leaves a line in its run's log: what was asked, without its query, what came of it, and how long it took. */
export async function traceVendorCall(
  call: CallVendor,
  { request, signal, log }: { request: ProviderRequest; signal: AbortSignal; log(line: RunLog): void },
): Promise<ProviderAnswer> {
  const startedAt = performance.now();
  const note = (outcome: string | number) => {
    const ms = Math.round(performance.now() - startedAt);
    const text = `${nameOf(request)} ${request.method} ${placeOf(request)} -> ${outcome} in ${ms} ms`;
    log({ level: "debug", atMs: Date.now(), text: Buffer.from(text) });
  };
  try {
    const answer = await call(request, signal);
    note(answer.status);
    return answer;
  } catch (error) {
    note(error instanceof FlowwError ? error.code : "failed");
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
