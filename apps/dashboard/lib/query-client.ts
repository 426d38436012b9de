import { FlowwError } from "@floww/contract/errors";
import { QueryClient } from "@tanstack/react-query";

const RETRIES_MAX = 2;

/** What the caller did wrong stays wrong; what is the server's fault, or the network's, may have passed. */
function mayPass(error: unknown): boolean {
  return !(error instanceof FlowwError) || error.status >= 500;
}

export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) => count < RETRIES_MAX && mayPass(error),
        // A connection that is back rings for what was missed; see live.ts.
        refetchOnReconnect: true,
      },
      mutations: { retry: false },
    },
  });
}
