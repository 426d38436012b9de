import type { ProviderEvent } from "@floww/sdk/provider";
import type { webhooks } from "@octokit/openapi-webhooks-types";

/** What a repository can tell, by GitHub's names. */
export type EventName =
  | "branch_protection_configuration"
  | "branch_protection_rule"
  | "check_run"
  | "check_suite"
  | "code_scanning_alert"
  | "commit_comment"
  | "create"
  | "custom_property_values"
  | "delete"
  | "dependabot_alert"
  | "deploy_key"
  | "deployment"
  | "deployment_review"
  | "deployment_status"
  | "discussion"
  | "discussion_comment"
  | "fork"
  | "gollum"
  | "issue_comment"
  | "issue_dependencies"
  | "issues"
  | "label"
  | "member"
  | "merge_group"
  | "meta"
  | "milestone"
  | "package"
  | "page_build"
  | "public"
  | "pull_request"
  | "pull_request_review"
  | "pull_request_review_comment"
  | "pull_request_review_thread"
  | "push"
  | "registry_package"
  | "release"
  | "repository"
  | "repository_advisory"
  | "repository_import"
  | "repository_ruleset"
  | "repository_vulnerability_alert"
  | "secret_scanning_alert"
  | "secret_scanning_alert_location"
  | "secret_scanning_scan"
  | "security_and_analysis"
  | "star"
  | "status"
  | "sub_issues"
  | "team_add"
  | "watch"
  | "workflow_job"
  | "workflow_run";

/** Told to GitHub Apps only, but named so that they look like actions of an event above. */
type NotOfRepositories = "deployment_protection_rule" | "repository_dispatch";

type Dashed<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${First}-${Dashed<Rest>}`
  : Name;
type KeysUnder<Name extends string> = Extract<keyof webhooks, Dashed<Name> | `${Dashed<Name>}-${string}`>;
type LongerNames<Name extends string> = Extract<EventName | NotOfRepositories, `${Name}_${string}`>;

/** A pull request's action `review_requested` reads like an action of the event `pull_request_review`. */
type ReviewKeys = `pull-request-review-${"dismissed" | "edited" | "submitted"}`;
type KeysOf<Name extends EventName> = Name extends "pull_request_review"
  ? ReviewKeys
  : Name extends "pull_request"
    ? Exclude<
        KeysUnder<Name>,
        ReviewKeys | KeysUnder<"pull_request_review_comment" | "pull_request_review_thread">
      >
    : Exclude<KeysUnder<Name>, KeysUnder<LongerNames<Name>>>;

/** What GitHub sends of one event; a union over its actions where it has any. */
export type Payload<Name extends EventName> =
  webhooks[KeysOf<Name>]["post"]["requestBody"]["content"]["application/json"];

/** `opened`, `closed`, … */
export type ActionOf<Name extends EventName> =
  Extract<Payload<Name>, { action?: string }> extends { action?: infer Action }
    ? Extract<Action, string>
    : never;

/** The payload of these actions only. */
export type PayloadOf<Name extends EventName, Action extends string> = Extract<
  Payload<Name>,
  { action?: Action }
>;

/** One of several events, told apart by its name. */
export type AnyEvent<Name extends string> = Name extends EventName
  ? ProviderEvent<Payload<Name>> & { name: Name }
  : ProviderEvent<Record<string, unknown>> & { name: Name };

/** What a test says of an event; the rest is filled in. */
export type TestEvent<Body> = Partial<Omit<ProviderEvent, "body">> & { body?: PartOf<Body> };

type PartOf<Whole> = Whole extends object ? { [Name in keyof Whole]?: PartOf<Whole[Name]> } : Whole;
