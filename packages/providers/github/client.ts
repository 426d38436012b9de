import type { ProviderName } from "@floww/contract/abi";
import { createProviderFetch } from "@floww/sdk/provider";
import { Octokit } from "@octokit/rest";

/**
 * GitHub's own client. It knows no token and no server's address: what it sends to api.github.com goes to Floww's
 * provider gateway, which sends it to the connection's GitHub.
 */
export function createClient(connection: ProviderName): Octokit {
  const octokit = new Octokit({
    userAgent: "floww",
    request: { fetch: createProviderFetch(connection) },
    // What fails is thrown at whoever called; a line in the log beside it would tell of handled errors too.
    log: { debug: ignore, info: ignore, warn: (message: string) => console.warn(message), error: ignore },
  });
  octokit.hook.error("request", (error) => {
    throw readable(error);
  });
  return octokit;
}

function ignore(): void {}

/** GitHub's message names neither the call nor the status, and Floww's own errors come wrapped as if GitHub had answered 500. */
function readable(error: Error): unknown {
  const { cause, request, status } = error as Error & Partial<RequestError>;
  if (cause instanceof Error && "code" in cause && "fix" in cause) return cause;
  if (request !== undefined && !error.message.startsWith(request.method))
    error.message = `${request.method} ${new URL(request.url).pathname}: ${error.message} (status ${status})`;
  return error;
}

/** What `@octokit/request-error` throws. */
interface RequestError {
  status: number;
  request: { method: string; url: string };
}
