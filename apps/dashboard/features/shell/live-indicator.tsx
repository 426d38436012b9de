import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { followBells, type LiveState } from "../../lib/live.ts";
import { Badge } from "../../ui/badge.tsx";

/** Keeps the screens of a namespace live, and says when they are not. */
export function LiveIndicator({ namespaceId }: { namespaceId: string }) {
  const queries = useQueryClient();
  const [state, setState] = useState<LiveState>("connecting");
  useEffect(() => followBells({ namespaceId, queries, onState: setState }), [namespaceId, queries]);
  return (
    <span role="status" className="px-2.5">
      {state === "lost" ? <Badge tone="warn">Connection lost, trying again</Badge> : undefined}
      {state === "live" ? <Badge tone="good">Live</Badge> : undefined}
      {state === "connecting" ? <Badge>Connecting</Badge> : undefined}
    </span>
  );
}
