import { expect, test } from "vitest";
import { type Filters, matchesGitHub } from "./matches.ts";
import { matchesGlob } from "./matches-glob.ts";

const place = { owner: "Octo", repository: "hello" };
const repository = { full_name: "octo/Hello" };

interface Case {
  type: string;
  input?: Partial<Filters>;
  name: string;
  body?: object;
  passes: boolean;
}

const cases: Case[] = [
  { type: "onPush", name: "push", passes: true },
  { type: "onPush", name: "push", body: { repository: { full_name: "octo/hello2" } }, passes: false },
  { type: "onPush", name: "push", body: { repository: null }, passes: false },
  { type: "onPush", name: "push", body: { repository: { full_name: 7 } }, passes: false },
  { type: "onPush", name: "create", passes: false },
  { type: "onPush", input: { branch: "main" }, name: "push", body: { ref: "refs/heads/main" }, passes: true },
  {
    type: "onPush",
    input: { branch: "main" },
    name: "push",
    body: { ref: "refs/heads/Main" },
    passes: false,
  },
  {
    type: "onPush",
    input: { branch: "main" },
    name: "push",
    body: { ref: "refs/heads/main2" },
    passes: false,
  },
  { type: "onPush", input: { branch: "main" }, name: "push", body: { ref: "refs/tags/main" }, passes: false },
  { type: "onPush", input: { branch: "*" }, name: "push", body: { ref: "refs/tags/v1" }, passes: false },
  { type: "onPush", input: { branch: "*" }, name: "push", body: {}, passes: false },
  { type: "onPush", name: "push", body: { ref: "refs/tags/v1" }, passes: true },
  {
    type: "onPush",
    input: { branch: "release/*" },
    name: "push",
    body: { ref: "refs/heads/release/1" },
    passes: true,
  },
  { type: "onPullRequest", name: "pull_request", body: { action: "closed" }, passes: true },
  {
    type: "onPullRequest",
    input: { actions: ["opened"] },
    name: "pull_request",
    body: { action: "opened" },
    passes: true,
  },
  {
    type: "onPullRequest",
    input: { actions: ["opened"] },
    name: "pull_request",
    body: { action: "closed" },
    passes: false,
  },
  { type: "onPullRequest", input: { actions: ["opened"] }, name: "pull_request", passes: false },
  { type: "onPullRequest", name: "pull_request_review", passes: false },
  { type: "onPullRequestReview", name: "pull_request_review", passes: true },
  { type: "onPullRequestReviewComment", name: "pull_request_review_comment", passes: true },
  { type: "onIssue", name: "issues", passes: true },
  { type: "onIssue", name: "issue_comment", passes: false },
  { type: "onIssueComment", name: "issue_comment", passes: true },
  { type: "onRelease", name: "release", passes: true },
  { type: "onCreate", name: "create", passes: true },
  { type: "onDelete", name: "delete", passes: true },
  { type: "onFork", name: "fork", passes: true },
  {
    type: "onStar",
    input: { actions: ["created"] },
    name: "star",
    body: { action: "deleted" },
    passes: false,
  },
  { type: "onWorkflowRun", name: "workflow_run", passes: true },
  { type: "onCheckRun", name: "check_run", passes: true },
  { type: "onDeployment", name: "deployment", passes: true },
  { type: "onEvent", input: { events: ["gollum", "watch"] }, name: "watch", passes: true },
  { type: "onEvent", input: { events: ["gollum", "watch"] }, name: "push", passes: false },
  { type: "onEvent", name: "push", passes: false },
  { type: "constructor", name: "push", passes: false },
];

test.each(cases)("$type $input by $name $body: $passes", ({ type, input = {}, name, body = {}, passes }) => {
  const event = { name, body: { repository, ...body } };
  expect(matchesGitHub(event, { type, input: { ...place, ...input } })).toBe(passes);
});

test.each([
  ["main", "main", true],
  ["main", "mai", false],
  ["main", "maine", false],
  ["release/1", "release/*", true],
  ["release/", "release/*", true],
  ["release/1/2", "release/*", false],
  ["release/1/2", "release/**", true],
  ["a/b/c", "**/c", true],
  ["a/b/c", "*/c", false],
  ["a/b/c", "a/*/c", true],
  ["abcabc", "*abc", true],
  ["fix-1-a", "fix-*-*", true],
  ["axb", "a.b", false],
  ["a+b(c", "a+b(c", true],
  ["ünï😀x", "ü*😀?", false],
  ["ünï😀x", "ü*😀x", true],
  ["", "*", true],
])("the branch %j fits %j: %j", (name, pattern, fits) => {
  expect(matchesGlob(name, pattern)).toBe(fits);
});

test("a pattern made to take long does not", () => {
  const startedAt = performance.now();
  expect(matchesGlob("a".repeat(255), `${"*a".repeat(126)}b`)).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(1000);
});
