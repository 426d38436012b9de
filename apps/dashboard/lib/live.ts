import type { Bell } from "@floww/contract/api";
import type { Query, QueryClient } from "@tanstack/react-query";
import { api } from "./api.ts";
import { createPacer } from "./pacer.ts";

/** `lost`: nothing rings; what is on the screen is asked for now and then until it does again. */
export type LiveState = "connecting" | "live" | "lost";

interface LiveOptions {
  namespaceId: string;
  queries: QueryClient;
  onState(state: LiveState): void;
}

/** Lists are asked for again at most so often, however often it rings. */
const LIST_PAUSE_MS = 1_000;
const LOST_EVERY_MS = 5_000;

/** What executions change, beside the one that is looked at. */
const LISTS = new Set([
  "listExecutions",
  "getStatistics",
  "listAttention",
  "listDeliveries",
  "listWaits",
  "listReplays",
]);
/** Of one execution. */
const DETAILS = new Set(["getExecution", "listExecutionLogs", "listSteps"]);

/**
 * Follows the bells of a namespace: what they ring for is asked for again. A connection that was lost comes back by itself,
 * with what it missed where the broker still knows it, else everything on the screen is asked for again. Returns what ends it.
 */
export function followBells({ namespaceId, queries, onState }: LiveOptions): () => void {
  const ending = new AbortController();
  const lists = createPacer(LIST_PAUSE_MS, () => refresh(queries, (query) => LISTS.has(nameOf(query))));
  const deliveries = createPacer(LIST_PAUSE_MS, () =>
    refresh(queries, (query) => nameOf(query) === "listDeliveries"),
  );
  const all = createPacer(LIST_PAUSE_MS, () => refresh(queries, () => true));
  let timer: ReturnType<typeof setInterval> | undefined;
  let said: LiveState | undefined;
  const say = (state: LiveState) => {
    // Each try that fails says it once more, and must not put off the next look.
    if (ending.signal.aborted || state === said) return;
    said = state;
    clearInterval(timer);
    timer = state === "lost" ? setInterval(all.run, LOST_EVERY_MS) : undefined;
    onState(state);
  };
  const ring = (data: unknown) => {
    // From our own broker, and nothing comes of it but asking again.
    const rung = data as Bell;
    if (rung.kind === "change") return all.run();
    if (rung.kind === "deliveries") return deliveries.run();
    lists.run();
    refresh(queries, (query) => isOfOneOf(query, rung));
  };
  void connect({ namespaceId, ending: ending.signal, say, ring, missed: all.run }).catch(() => say("lost"));
  return () => {
    ending.abort();
    clearInterval(timer);
    lists.stop();
    deliveries.stop();
    all.stop();
  };
}

interface Connection {
  namespaceId: string;
  ending: AbortSignal;
  say(state: LiveState): void;
  ring(data: unknown): void;
  missed(): void;
}

async function connect({ namespaceId, ending, say, ring, missed }: Connection): Promise<void> {
  say("connecting");
  const open = () => api.openLive({ params: { namespaceId } });
  const [{ Centrifuge, State }, first] = await Promise.all([import("centrifuge"), open()]);
  if (ending.aborted) return;
  // One answer holds both tokens; the client asks for each by itself.
  const client = new Centrifuge(first.url, {
    token: first.connectionToken,
    getToken: async () => (await open()).connectionToken,
  });
  const channel = client.newSubscription(first.channel, {
    token: first.subscriptionToken,
    getToken: async () => (await open()).subscriptionToken,
    recoverable: true,
  });
  let wasLost = false;
  channel.on("publication", ({ data }) => ring(data));
  channel.on("subscribed", ({ wasRecovering, recovered }) => {
    say("live");
    if (wasLost || (wasRecovering && !recovered)) missed();
    wasLost = false;
  });
  const lost = () => {
    wasLost = true;
    say("lost");
  };
  channel.on("unsubscribed", lost);
  client.on("connecting", ({ code }) => (code === 0 ? undefined : lost()));
  client.on("disconnected", lost);
  // It tries for ever, and where it has never come through nothing else says so.
  client.on("error", () => (client.state === State.Connected ? undefined : lost()));
  ending.addEventListener("abort", () => client.disconnect());
  channel.subscribe();
  client.connect();
}

function refresh(queries: QueryClient, isMeant: (query: Query) => boolean): void {
  void queries.invalidateQueries({ predicate: isMeant });
}

function nameOf({ queryKey: [name] }: Query): string {
  return String(name);
}

function isOfOneOf(query: Query, rung: Extract<Bell, { kind: "executions" }>): boolean {
  if (!DETAILS.has(nameOf(query))) return false;
  const { params } = query.queryKey[1] as { params?: { executionId?: string } };
  return rung.ids === "" || rung.ids.split(",").includes(params?.executionId ?? "");
}
