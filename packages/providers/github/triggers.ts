import type { JsonObject, ProviderName } from "@floww/contract/abi";
import {
  type BatchTrigger,
  type ProviderBatchInput,
  type ProviderEvent,
  type ProviderTriggerInput,
  registerProviderTrigger,
  type Trigger,
} from "@floww/sdk/provider";
import type { ActionOf, AnyEvent, EventName, Payload, PayloadOf, TestEvent } from "./events.ts";
import { examplePayload } from "./example-payload.ts";
import { eventsOf, type Filters, matchesGitHub, repositoryOf, TRIGGER_EVENTS } from "./matches.ts";
import { readPayload } from "./read-payload.ts";

/** The repository to listen to; upper and lower case are one. */
export interface Place {
  /** The account or organization: `octo` of `octo/hello`. */
  owner: string;
  /** `hello` of `octo/hello`. */
  repository: string;
}

type Handled<Body> = ProviderTriggerInput<ProviderEvent<Body>>;
type Gathered<Body> = ProviderBatchInput<ProviderEvent<Body>>;
interface Listens<Name extends EventName, Filters = unknown> {
  (input: Place & Filters & Handled<Payload<Name>>): Trigger<TestEvent<Payload<Name>>>;
  (input: Place & Filters & Gathered<Payload<Name>>): BatchTrigger<TestEvent<Payload<Name>>>;
}
interface ListensToActions<Name extends EventName> {
  <Action extends ActionOf<Name> = ActionOf<Name>>(
    input: Place & Actions<Action> & Handled<PayloadOf<Name, Action>>,
  ): Trigger<TestEvent<PayloadOf<Name, Action>>>;
  <Action extends ActionOf<Name> = ActionOf<Name>>(
    input: Place & Actions<Action> & Gathered<PayloadOf<Name, Action>>,
  ): BatchTrigger<TestEvent<PayloadOf<Name, Action>>>;
}
interface ListensToAny {
  <const Name extends EventName | (string & {})>(
    input: Place & { events: readonly Name[] } & ProviderTriggerInput<AnyEvent<Name>>,
  ): Trigger<TestEvent<Record<string, unknown>>>;
  <const Name extends EventName | (string & {})>(
    input: Place & { events: readonly Name[] } & ProviderBatchInput<AnyEvent<Name>>,
  ): BatchTrigger<TestEvent<Record<string, unknown>>>;
}

interface Actions<Action> {
  /** Only these; without it, all. The handler's event is of these actions then. */
  actions?: readonly Action[];
}

interface Branch {
  /** Only pushes to this branch, never tags. `*` stands for anything but slashes, `**` for anything: `release/*`. */
  branch?: string;
}

/** What happens in a repository. The webhook at GitHub is made, repaired and removed by Floww. */
export interface GitHubTriggers {
  /** Commits are pushed to a branch or a tag, also one that thereby begins or ends. */
  readonly onPush: Listens<"push", Branch>;
  /** A pull request is opened, changed, closed, merged (`closed` with `pull_request.merged`), … */
  readonly onPullRequest: ListensToActions<"pull_request">;
  /** A review is submitted, edited or dismissed. */
  readonly onPullRequestReview: ListensToActions<"pull_request_review">;
  /** A comment on a pull request's diff. Comments on the pull request itself are `onIssueComment`. */
  readonly onPullRequestReviewComment: ListensToActions<"pull_request_review_comment">;
  /** An issue is opened, changed, closed, … */
  readonly onIssue: ListensToActions<"issues">;
  /** A comment on an issue or a pull request. */
  readonly onIssueComment: ListensToActions<"issue_comment">;
  readonly onRelease: ListensToActions<"release">;
  /** A branch or a tag begins; `ref_type` says which. */
  readonly onCreate: Listens<"create">;
  /** A branch or a tag ends; `ref_type` says which. */
  readonly onDelete: Listens<"delete">;
  readonly onFork: Listens<"fork">;
  /** A star is given (`created`) or taken back (`deleted`). */
  readonly onStar: ListensToActions<"star">;
  /** A run of GitHub Actions is requested, begins or completes. */
  readonly onWorkflowRun: ListensToActions<"workflow_run">;
  readonly onCheckRun: ListensToActions<"check_run">;
  readonly onDeployment: Listens<"deployment">;
  /** Any of GitHub's events by their names: `discussion`, `watch`, … */
  readonly onEvent: ListensToAny;
}

type Given = Filters & (Handled<Record<string, unknown>> | Gathered<Record<string, unknown>>);

export function createTriggers(connection: ProviderName): GitHubTriggers {
  const triggers = [...Object.keys(TRIGGER_EVENTS), "onEvent"].map((type) => {
    const trigger = (given: Given) => declareTrigger({ connection, type, given, calledAs: trigger });
    return [type, trigger];
  });
  // One for each of the table's names, and `onEvent`: what they take is the interface's to say.
  return Object.fromEntries(triggers) as unknown as GitHubTriggers;
}

interface Declaration {
  connection: ProviderName;
  type: string;
  given: Given;
  calledAs: (given: Given) => unknown;
}

function declareTrigger({ connection, type, given, calledAs }: Declaration): unknown {
  const filters = filtersOf(given);
  return registerProviderTrigger<Record<string, unknown>>({
    connection,
    type,
    key: keyOf(filters),
    filters,
    given,
    calledAs,
    decode: (bytes, headers) => readPayload(bytes, headers["content-type"]),
    example: {
      name: eventsOf(type, filters)[0] ?? "",
      headers: { "content-type": "application/json" },
      body: examplePayload(filters),
      matches: (event) => matchesGitHub(event, { type, input: filters }),
    },
  });
}

/** In one order and each once, so that how they are written changes no handler's id. */
function filtersOf({ owner, repository, branch, actions, events }: Filters): Filters & JsonObject {
  const filters: Filters & JsonObject = { owner, repository };
  if (branch !== undefined) filters.branch = branch;
  if (actions !== undefined) filters.actions = [...new Set(actions)].sort();
  if (events !== undefined) filters.events = [...new Set(events)].sort();
  return filters;
}

/** `octo/hello branch=main`. */
function keyOf(filters: Filters): string {
  const { owner: _, repository: __, ...others } = filters;
  return [repositoryOf(filters), ...Object.entries(others).map(([name, value]) => `${name}=${value}`)].join(
    " ",
  );
}
