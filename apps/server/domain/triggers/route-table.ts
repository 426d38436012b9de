import type { RuntimeTarget } from "@floww/executor/host";
import type { Queryable } from "../../platform/db/database.ts";
import { type KeyedWorkflow, listRoutedTriggers, listWorkflowKeys, type RoutedTrigger } from "./store.ts";

/** Where one method and path of one workflow lead. */
export interface WebhookRoute {
  method: string;
  path: string;
  trigger: RoutedTrigger;
  target: RuntimeTarget;
}

export interface WebhookMatch {
  route: WebhookRoute;
  params: Record<string, string>;
}

interface PatternRoute {
  segments: string[];
  route: WebhookRoute;
}

/** One workflow's routes, replaced as a whole: a request sees the old version or the new one, never a mixture. */
export interface WorkflowRoutes {
  workflowId: string;
  namespaceId: string;
  /** Few, so they are walked: a map of its own for each of many workflows is slower, and most of what a route would weigh. */
  exact: readonly WebhookRoute[];
  patterns: readonly PatternRoute[];
}

interface RouteTableOptions {
  /** Nothing is routed to this deployment any more: its processes are of no use once their runs have ended. */
  onRetired?(deploymentId: string): void;
}

const NO_PATTERNS: readonly PatternRoute[] = Object.freeze([]);
const NO_PARAMS: Record<string, string> = Object.freeze(Object.create(null));

/** Every webhook route of the server in memory, by workflow key; read again when a workflow changes. */
export class RouteTable {
  readonly #database: Queryable;
  readonly #createTarget: (trigger: RoutedTrigger) => RuntimeTarget;
  readonly #onRetired: (deploymentId: string) => void;
  readonly #byKey = new Map<string, WorkflowRoutes>();
  readonly #keys = new Map<string, string>();
  readonly #triggers = new Map<string, RoutedTrigger[]>();
  readonly #generations = new Map<string, number>();
  readonly #listeners: ((workflowId: string) => void)[] = [];

  constructor(
    database: Queryable,
    createTarget: (trigger: RoutedTrigger) => RuntimeTarget,
    { onRetired = () => undefined }: RouteTableOptions = {},
  ) {
    this.#database = database;
    this.#createTarget = createTarget;
    this.#onRetired = onRetired;
  }

  /** Reads everything; at start, and after a lost notification channel. */
  async load(): Promise<void> {
    const [workflows, triggers] = await Promise.all([
      listWorkflowKeys(this.#database),
      listRoutedTriggers(this.#database),
    ]);
    const byWorkflow = Map.groupBy(triggers, (trigger) => trigger.workflowId);
    const known = new Set(workflows.map(({ workflowId }) => workflowId));
    const gone = [...this.#triggers.keys()].filter((workflowId) => !known.has(workflowId));
    for (const workflowId of gone) this.#remove(workflowId);
    for (const workflow of workflows) this.#set(workflow, byWorkflow.get(workflow.workflowId) ?? []);
    // Whatever changed meanwhile, nobody was told.
    for (const workflowId of [...gone, ...known]) this.#tell(workflowId);
  }

  /** Reads one workflow again; resolves with the generation that is routed now, undefined for one that is gone. */
  async reload(workflowId: string): Promise<number | undefined> {
    // In this order: what is routed is never older than the generation that is said of it.
    const [workflow] = await listWorkflowKeys(this.#database, workflowId);
    const triggers = await listRoutedTriggers(this.#database, workflowId);
    if (workflow === undefined) this.#remove(workflowId);
    else this.#set(workflow, triggers);
    this.#tell(workflowId);
    return this.#generations.get(workflowId);
  }

  onChange(listener: (workflowId: string) => void): void {
    this.#listeners.push(listener);
  }

  find(workflowKey: string): WorkflowRoutes | undefined {
    return this.#byKey.get(workflowKey);
  }

  /** The triggers that a workflow routes now; the scheduler reads its cron triggers here. */
  triggersOf(workflowId: string): readonly RoutedTrigger[] {
    return this.#triggers.get(workflowId) ?? [];
  }

  /** Whether the deployment is the one that its workflow's events go to. */
  isRouted({ workflowId, deploymentId }: Pick<RuntimeTarget, "workflowId" | "deploymentId">): boolean {
    return this.triggersOf(workflowId).some((trigger) => trigger.deploymentId === deploymentId);
  }

  workflowIds(): Iterable<string> {
    return this.#triggers.keys();
  }

  #set(workflow: KeyedWorkflow, triggers: RoutedTrigger[]): void {
    // Two readings at once: the one that began earlier may end later.
    if ((this.#generations.get(workflow.workflowId) ?? -1) > workflow.generation) return;
    this.#generations.set(workflow.workflowId, workflow.generation);
    const before = this.triggersOf(workflow.workflowId);
    this.#keys.set(workflow.workflowId, workflow.key);
    this.#byKey.set(workflow.key, createWorkflowRoutes(workflow, triggers, this.#createTarget));
    this.#triggers.set(workflow.workflowId, triggers);
    this.#retire(before, triggers);
  }

  #tell(workflowId: string): void {
    for (const listener of this.#listeners) listener(workflowId);
  }

  #retire(before: readonly RoutedTrigger[], now: readonly RoutedTrigger[]): void {
    const routed = new Set(now.map(({ deploymentId }) => deploymentId));
    for (const deploymentId of new Set(before.map((trigger) => trigger.deploymentId)))
      if (!routed.has(deploymentId)) this.#onRetired(deploymentId);
  }

  #remove(workflowId: string): void {
    const before = this.triggersOf(workflowId);
    const key = this.#keys.get(workflowId);
    if (key !== undefined) this.#byKey.delete(key);
    this.#keys.delete(workflowId);
    this.#generations.delete(workflowId);
    this.#triggers.delete(workflowId);
    this.#retire(before, []);
  }
}

/** The webhook routes among some triggers. */
export function createWorkflowRoutes(
  { workflowId, namespaceId }: { workflowId: string; namespaceId: string },
  triggers: readonly RoutedTrigger[],
  createTarget: (trigger: RoutedTrigger) => RuntimeTarget,
): WorkflowRoutes {
  const routes = triggers
    .filter(({ providerType, type }) => providerType === "builtin" && type === "onWebhook")
    .map((trigger) => {
      const { method, path } = trigger.input as { method: string; path: string };
      return { method, path, trigger, target: createTarget(trigger) };
    });
  // As map() made it: an array that grew has room for more, a million times over.
  if (!routes.some(isPattern)) return { workflowId, namespaceId, exact: routes, patterns: NO_PATTERNS };
  return {
    workflowId,
    namespaceId,
    exact: routes.filter((route) => !isPattern(route)),
    patterns: routes
      .filter(isPattern)
      .map((route) => ({ segments: route.path.split("/"), route }))
      .sort(byFirstLiteral),
  };
}

function isPattern({ path }: WebhookRoute): boolean {
  return path.includes("/:");
}

/** Of two that fit the same path, the one that has a word where the other has any: `/a/:x` before `/:x/b`. */
function byFirstLiteral({ segments: one }: PatternRoute, { segments: other }: PatternRoute): number {
  for (const [index, segment] of one.entries()) {
    const isAny = segment.startsWith(":");
    const isOtherAny = other[index]?.startsWith(":") ?? false;
    if (isAny !== isOtherAny) return isAny ? 1 : -1;
  }
  return 0;
}

/** An exact path wins over a pattern; HEAD follows GET. */
export function matchWebhook(routes: WorkflowRoutes, method: string, path: string): WebhookMatch | undefined {
  const wanted = method === "HEAD" ? "GET" : method;
  for (const route of routes.exact)
    if (route.path === path && route.method === wanted) return { route, params: NO_PARAMS };
  if (routes.patterns.length === 0) return undefined;
  const segments = path.split("/");
  for (const pattern of routes.patterns) {
    if (pattern.route.method !== wanted) continue;
    const params = matchSegments(pattern.segments, segments);
    if (params !== undefined) return { route: pattern.route, params };
  }
  return undefined;
}

function matchSegments(pattern: string[], segments: string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = Object.create(null);
  for (const [index, wanted] of pattern.entries()) {
    const given = segments[index]!;
    if (!wanted.startsWith(":")) {
      if (wanted !== given) return undefined;
      continue;
    }
    const value = decodeSegment(given);
    if (value === undefined || value === "") return undefined;
    params[wanted.slice(1)] = value;
  }
  return params;
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
