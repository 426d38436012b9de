import { expect, test } from "vitest";
import { githubServer } from "../server.ts";

const place = { owner: "octo-org", repository: "hello.ts" };

test.each([
  ["onPush", place, true],
  ["onPush", { ...place, branch: "release/*" }, true],
  ["onPush", { ...place, branch: "" }, false],
  ["onPush", { ...place, actions: ["opened"] }, false],
  ["onPush", { owner: "octo" }, false],
  ["onPush", { ...place, repository: ".github" }, true],
  ["onPush", { ...place, repository: "octo/hello" }, false],
  ["onPush", { ...place, repository: ".." }, false],
  ["onPush", { ...place, repository: "." }, false],
  ["onPush", { ...place, repository: "hello?a=1" }, false],
  ["onPush", { ...place, owner: ".." }, false],
  ["onPush", { ...place, owner: "octo/../other" }, false],
  ["onPush", { ...place, owner: "" }, false],
  ["onIssue", { ...place, actions: ["opened", "closed"] }, true],
  ["onIssue", { ...place, actions: [] }, false],
  ["onIssue", { ...place, actions: "opened" }, false],
  ["onEvent", { ...place, events: ["watch"] }, true],
  ["onEvent", { ...place, events: [] }, false],
  ["onEvent", { ...place, events: ["*"] }, false],
  ["onEvent", place, false],
])("%s takes %j: %j", (type, input, isTaken) => {
  expect(githubServer.triggers[type]?.input.safeParse(input).success).toBe(isTaken);
});
