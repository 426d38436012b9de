import { limits } from "@floww/contract/limits";
import type { TriggerOptions } from "@floww/contract/trigger-options";

/** What kind of event a trigger has, as far as its options are about it. */
export interface OptionsCase {
  kind: "webhook" | "vendor" | "cron" | "manual";
  /** A caller gets what the handler returns. */
  waits: boolean;
  /** Of a webhook: `/orders/:id`. */
  path?: string;
}

const HOUR = 3_600_000;

/** Where an event of each kind can have something. */
const ROOTS: Record<OptionsCase["kind"], readonly string[]> = {
  webhook: ["body", "headers", "query", "params"],
  vendor: ["body", "headers"],
  manual: ["body"],
  cron: [],
};

/** Why these options cannot work together, or on this trigger; undefined when they can. */
export function findOptionsFault(options: TriggerOptions, of: OptionsCase): string | undefined {
  return findPathFault(options, of) ?? findUseFault(options, of) ?? findPairFault(options);
}

function findPathFault(options: TriggerOptions, { kind, path = "" }: OptionsCase): string | undefined {
  for (const [option, given] of pathsOf(options)) {
    const [root = "", ...names] = given.split(".");
    if (kind === "cron") return `${option} follows the path ${given}, and a tick carries nothing`;
    if (!ROOTS[kind].includes(root))
      return `${option} follows the path ${given}; its events have ${ROOTS[kind].join(" and ")}`;
    if (root === "params" && !path.split("/").includes(`:${names.join(".")}`))
      return `${option} follows the path ${given}, and ${path} has no :${names.join(".")}`;
  }
  return undefined;
}

function pathsOf({ priority, ...options }: TriggerOptions): [option: string, path: string][] {
  const paths: [string, string][] = typeof priority === "string" ? [["priority", priority]] : [];
  for (const option of [
    "concurrency",
    "rateLimit",
    "throttle",
    "debounce",
    "batch",
    "idempotency",
  ] as const) {
    const key = options[option]?.key;
    if (key !== undefined) paths.push([option, key]);
  }
  return paths;
}

function findUseFault(
  { debounce, batch, idempotency }: TriggerOptions,
  { kind, waits }: OptionsCase,
): string | undefined {
  if (waits && debounce !== undefined)
    return 'debounce ends events that others take the place of, and a caller waits for the answer to this one; use `response: "ack"`';
  if (kind === "cron" && debounce !== undefined)
    return "debounce is for events that come in bursts; a schedule says when it comes";
  if (waits && batch !== undefined)
    return 'batch gathers events for one run, and a caller waits for the answer to this one; use `response: "ack"`';
  if (kind === "cron" && batch !== undefined)
    return "batch is for events that come in bursts; a schedule says when it comes";
  if (idempotency === undefined) return undefined;
  if (kind === "cron" || kind === "manual")
    return "idempotency is for events that are delivered, and may be delivered twice: webhooks and vendors' events";
  if (idempotency.windowMs > limits.dedupeHours * HOUR)
    return `idempotency remembers for ${limits.dedupeHours} hours at most; this window has ${idempotency.windowMs / HOUR}`;
  return undefined;
}

function findPairFault(options: TriggerOptions): string | undefined {
  return findBatchFault(options) ?? findDebounceFault(options);
}

function findBatchFault({
  batch,
  debounce,
  throttle,
  ttlMs,
  concurrency,
}: TriggerOptions): string | undefined {
  if (batch === undefined) return undefined;
  const other = debounce !== undefined ? "debounce" : throttle !== undefined ? "throttle" : undefined;
  if (other !== undefined)
    return `batch and ${other} both say when an event starts: keep one of them (\`concurrency\` goes with either)`;
  if (ttlMs !== undefined)
    return "ttl is about one event, and the events of a batch start together: keep one of them";
  if (concurrency?.key !== undefined && concurrency.key !== batch.key)
    return `concurrency follows the path ${concurrency.key}, which differs within a batch: give batch the same key`;
  return undefined;
}

function findDebounceFault({ debounce, throttle }: TriggerOptions): string | undefined {
  if (debounce === undefined) return undefined;
  if (throttle !== undefined)
    return "debounce and throttle both say when an event starts: keep one of them (`concurrency` goes with either)";
  const { periodMs, maxWaitMs = periodMs } = debounce;
  if (maxWaitMs < periodMs)
    return `debounce waits ${maxWaitMs} ms at most, which is less than its period of ${periodMs} ms`;
  return undefined;
}
