import type { SentAttempt, VendorOutbox } from "../../provider-server.ts";
import { askGitHub, type GitHubAnswer } from "./ask-github.ts";
import { hookPath } from "./hook-path.ts";
import { refusal } from "./refusal.ts";

const PAGE_SIZE = 100;
/** What one look reads at most; a repository with more within minutes is looked at again. */
const PAGES_MAX = 20;

/** The deliveries of a repository's webhook: GitHub keeps them for days, and sends one again only when it is asked. */
export const outbox: VendorOutbox = {
  async list(vendor, { id, target }, sinceMs) {
    const attempts: SentAttempt[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      const next = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const path = `${hookPath(target, id)}/deliveries?per_page=${PAGE_SIZE}${next}`;
      const answer = await askGitHub(vendor, { method: "GET", path });
      if (answer.status !== 200 || !Array.isArray(answer.body))
        throw refusal(answer, { target, doing: "list" });
      const found = answer.body.flatMap(readAttempt);
      const wanted = found.filter(({ sentAtMs }) => sentAtMs >= sinceMs);
      attempts.push(...wanted);
      cursor = nextCursor(answer);
      if (cursor === undefined || wanted.length < found.length) return { attempts, isWhole: true };
    }
    return { attempts, isWhole: false };
  },

  async sendAgain(vendor, { id, target }, attemptId) {
    const path = `${hookPath(target, id)}/deliveries/${encodeURIComponent(attemptId)}/attempts`;
    const answer = await askGitHub(vendor, { method: "POST", path });
    if (answer.status !== 202) throw refusal(answer, { target, doing: "ask again for a delivery of" });
  },
};

/** None for a ping, which is no event, and for what is no delivery. */
function readAttempt(value: unknown): SentAttempt[] {
  const { id, guid, delivered_at, event } = (value ?? {}) as Record<string, unknown>;
  const sentAtMs = typeof delivered_at === "string" ? Date.parse(delivered_at) : Number.NaN;
  const isNamed = typeof id === "number" || (typeof id === "string" && /^\d{1,30}$/.test(id));
  if (!isNamed || typeof guid !== "string" || guid === "" || event === "ping" || Number.isNaN(sentAtMs))
    return [];
  return [{ id: String(id), deliveryId: guid, sentAtMs }];
}

/** `Link: <https://…&cursor=v1_9>; rel="next"` */
function nextCursor({ headers }: GitHubAnswer): string | undefined {
  const next = /<([^>]*)>\s*;\s*rel="next"/.exec(headers.get("link") ?? "")?.[1];
  if (next === undefined || !URL.canParse(next)) return undefined;
  return new URL(next).searchParams.get("cursor") ?? undefined;
}
