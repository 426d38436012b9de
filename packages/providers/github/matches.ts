import { matchesGlob } from "./matches-glob.ts";

/** The event that each trigger listens for, by GitHub's name; `onEvent` names its own. */
export const TRIGGER_EVENTS = {
  onPush: "push",
  onPullRequest: "pull_request",
  onPullRequestReview: "pull_request_review",
  onPullRequestReviewComment: "pull_request_review_comment",
  onIssue: "issues",
  onIssueComment: "issue_comment",
  onRelease: "release",
  onCreate: "create",
  onDelete: "delete",
  onFork: "fork",
  onStar: "star",
  onWorkflowRun: "workflow_run",
  onCheckRun: "check_run",
  onDeployment: "deployment",
} as const;

/** What a trigger's input may hold beside its handler. */
export interface Filters {
  owner: string;
  repository: string;
  branch?: string;
  actions?: readonly string[];
  events?: readonly string[];
}

/** What the filters look at. A payload is the vendor's: nothing in it is certain. */
interface Payload {
  action?: unknown;
  ref?: unknown;
  repository?: { full_name?: unknown } | null;
}

const BRANCH = "refs/heads/";

/** `octo/hello`: GitHub keeps the case of names and ignores it. */
export function repositoryOf({ owner, repository }: Pick<Filters, "owner" | "repository">): string {
  return `${owner}/${repository}`.toLowerCase();
}

/** GitHub's names of the events that a trigger listens for, sorted. */
export function eventsOf(type: string, { events = [] }: Pick<Filters, "events">): readonly string[] {
  const own = Object.hasOwn(TRIGGER_EVENTS, type)
    ? TRIGGER_EVENTS[type as keyof typeof TRIGGER_EVENTS]
    : undefined;
  return own === undefined ? [...new Set(events)].sort() : [own];
}

/** Whether a trigger's filters let an event pass; both halves go by this. */
export function matchesGitHub(
  event: { name: string; body: unknown },
  trigger: { type: string; input: Filters },
): boolean {
  const { input } = trigger;
  const { action, ref, repository } = (event.body ?? {}) as Payload;
  if (!eventsOf(trigger.type, input).includes(event.name)) return false;
  if (String(repository?.full_name).toLowerCase() !== repositoryOf(input)) return false;
  if (input.actions !== undefined && !input.actions.includes(String(action))) return false;
  return input.branch === undefined || matchesBranch(String(ref), input.branch);
}

/** A tag is no branch, whatever it is called. */
function matchesBranch(ref: string, pattern: string): boolean {
  return ref.startsWith(BRANCH) && matchesGlob(ref.slice(BRANCH.length), pattern);
}
