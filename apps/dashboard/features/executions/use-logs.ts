import type { logLine } from "@floww/contract/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { api } from "../../lib/api.ts";

export type LogLine = z.output<typeof logLine>;

interface LogRequest {
  params: { namespaceId: string; executionId: string };
  attempt: number;
}

/** The lines of one attempt. Asked again, only what came since is fetched. */
export function useLogs({ params, attempt }: LogRequest) {
  const queries = useQueryClient();
  const queryKey = ["listExecutionLogs", { params }, attempt];
  return useQuery({
    queryKey,
    queryFn: async () => {
      let lines = queries.getQueryData<LogLine[]>(queryKey) ?? [];
      for (;;) {
        const query = { after: lines.at(-1)?.sequence ?? -1, attempt };
        const { items } = await api.listExecutionLogs({ params, query });
        if (items.length === 0) return lines;
        lines = [...lines, ...items];
      }
    },
  });
}
