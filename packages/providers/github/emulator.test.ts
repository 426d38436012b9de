import { afterAll, beforeAll, expect, test } from "vitest";
import { GitHub } from "./index.ts";
import { lendHost } from "./server/testing/lend-host.ts";
import { type Emulator, startEmulator } from "./server/testing/start-emulator.ts";
import { githubServer } from "./server.ts";

const { actions, client } = new GitHub();
const here = { owner: "octo", repository: "hello" };
let emulator: Emulator;
let takeBack: () => void;

beforeAll(async () => {
  emulator = await startEmulator();
  takeBack = lendHost(gateway(emulator));
});
afterAll(async () => {
  takeBack();
  await emulator[Symbol.asyncDispose]();
});

/** What Floww's gateway does to a call: the connection's own server in place of the canonical one, and its token. */
function gateway({ url }: Emulator) {
  const fields = { server_url: url, access_token: "ghp_owner" };
  return async (request: Request): Promise<Response> => {
    const target = request.url.replace(githubServer.canonicalBase, githubServer.base(fields));
    expect(githubServer.origins(fields)).toContain(new URL(target).origin);
    const headers = new Headers(request.headers);
    githubServer.authorize(headers, fields);
    const hasBody = request.method !== "GET" && request.method !== "HEAD";
    const body = hasBody ? await request.arrayBuffer() : undefined;
    return fetch(target, { method: request.method, headers, redirect: "manual", ...(body && { body }) });
  };
}

async function newIssue(title: string): Promise<number> {
  return (await actions.createIssue({ ...here, title })).number;
}

test("an issue is opened, changed, assigned, locked, closed and opened again", async () => {
  const opened = await actions.createIssue({
    ...here,
    title: "It is broken",
    body: "Look.",
    assignees: ["octo"],
  });
  const issue = { ...here, issueNumber: opened.number };
  expect(opened).toMatchObject({ title: "It is broken", state: "open", user: { login: "octo" } });
  await actions.updateIssue({ ...issue, title: "It is very broken" });
  expect(await actions.getIssue(issue)).toMatchObject({ title: "It is very broken", body: "Look." });
  await actions.removeAssignees({ ...issue, assignees: ["octo"] });
  expect((await actions.addAssignees({ ...issue, assignees: ["octo"] })).assignees).toHaveLength(1);
  expect(await actions.lockIssue({ ...issue, reason: "resolved" })).toBeUndefined();
  expect(await actions.getIssue(issue)).toMatchObject({ locked: true });
  await actions.unlockIssue(issue);
  expect(await actions.closeIssue({ ...issue, reason: "not_planned" })).toMatchObject({ state: "closed" });
  expect(await actions.listIssues({ ...here, state: "closed" })).toHaveLength(1);
  expect(await actions.reopenIssue(issue)).toMatchObject({ state: "open" });
  expect(await actions.listIssueEvents(issue)).not.toHaveLength(0);
});

test("comments come and go", async () => {
  const issueNumber = await newIssue("Talk");
  const { id: commentId } = await actions.createIssueComment({ ...here, issueNumber, body: "first" });
  await actions.updateIssueComment({ ...here, commentId, body: "second" });
  expect((await actions.getIssueComment({ ...here, commentId })).body).toBe("second");
  expect(await actions.listIssueComments({ ...here, issueNumber })).toHaveLength(1);
  await actions.deleteIssueComment({ ...here, commentId });
  expect(await actions.listIssueComments({ ...here, issueNumber })).toHaveLength(0);
});

test("labels are made, put on, replaced, taken off and deleted", async () => {
  const issueNumber = await newIssue("Sorted");
  const issue = { ...here, issueNumber };
  await actions.createLabel({ ...here, name: "needs love", color: "ff0000" });
  await actions.updateLabel({ ...here, name: "needs love", newName: "needs care", description: "please" });
  expect(await actions.getLabel({ ...here, name: "needs care" })).toMatchObject({ description: "please" });
  expect((await actions.listLabels(here)).map(({ name }) => name)).toContain("needs care");
  await actions.createLabel({ ...here, name: "bug 2" });
  const names = async () => (await actions.listIssueLabels(issue)).map(({ name }) => name);
  await actions.addLabels({ ...issue, labels: ["needs care"] });
  await actions.setLabels({ ...issue, labels: ["bug 2"] });
  expect(await names()).toEqual(["bug 2"]);
  await actions.removeLabel({ ...issue, name: "bug 2" });
  expect(await names()).toEqual([]);
  await actions.deleteLabel({ ...here, name: "needs care" });
  await expect(actions.getLabel({ ...here, name: "needs care" })).rejects.toMatchObject({ status: 404 });
});

test("milestones are made, changed and deleted", async () => {
  const { number: milestoneNumber } = await actions.createMilestone({ ...here, title: "1.0" });
  const milestone = { ...here, milestoneNumber };
  await actions.updateMilestone({ ...milestone, description: "soon", state: "closed" });
  expect(await actions.getMilestone(milestone)).toMatchObject({ description: "soon", state: "closed" });
  expect(await actions.listMilestones({ ...here, state: "all" })).toHaveLength(1);
  await actions.deleteMilestone(milestone);
  expect(await actions.listMilestones({ ...here, state: "all" })).toHaveLength(0);
});

test("a file is written on a branch, reviewed as a pull request and merged", async () => {
  await actions.createBranch({ ...here, branch: "feature/one" });
  const file = { ...here, path: "src/a b.ts", branch: "feature/one" };
  const { commit } = await actions.createOrUpdateFile({
    ...file,
    message: "add it",
    content: "export {};\n// ünï",
  });
  const read = await actions.getFile({ ...here, path: file.path, ref: file.branch });
  if (Array.isArray(read) || read.type !== "file") throw new TypeError("no file");
  expect(Buffer.from(read.content, "base64").toString()).toBe("export {};\n// ünï");

  const { number: pullNumber } = await actions.createPullRequest({
    ...here,
    title: "One",
    head: file.branch,
    base: "main",
  });
  const pull = { ...here, pullNumber };
  await actions.updatePullRequest({ ...pull, body: "the body" });
  expect(await actions.getPullRequest(pull)).toMatchObject({ body: "the body", merged: false });
  expect(await actions.listPullRequests({ ...here, head: "octo:feature/one" })).toHaveLength(1);
  expect((await actions.listPullRequestCommits(pull)).length).toBeGreaterThan(0);
  expect(Array.isArray(await actions.listPullRequestFiles(pull))).toBe(true);
  await actions.requestReviewers({ ...pull, reviewers: ["guest"] });
  expect((await actions.removeReviewers({ ...pull, reviewers: ["guest"] })).requested_reviewers).toEqual([]);

  const { id: reviewId } = await actions.createReview({ ...pull, body: "draft" });
  expect(await actions.submitReview({ ...pull, reviewId, event: "COMMENT", body: "said" })).toMatchObject({
    state: "COMMENTED",
  });
  expect(await actions.getReview({ ...pull, reviewId })).toMatchObject({ id: reviewId });
  expect(await actions.listReviews(pull)).toHaveLength(1);
  const { id: commentId } = await actions.createReviewComment({
    ...pull,
    commitId: commit.sha ?? "",
    path: file.path,
    line: 1,
    side: "RIGHT",
    body: "why?",
  });
  await actions.updateReviewComment({ ...here, commentId, body: "why not?" });
  expect(await actions.listReviewComments(pull)).toMatchObject([{ body: "why not?" }]);
  await actions.deleteReviewComment({ ...here, commentId });
  const { id: approvalId } = await actions.createReview({ ...pull, event: "APPROVE" });
  const dismissed = await actions.dismissReview({ ...pull, reviewId: approvalId, message: "too early" });
  expect(dismissed).toMatchObject({ state: "DISMISSED" });

  expect(await actions.mergePullRequest({ ...pull, mergeMethod: "squash" })).toMatchObject({ merged: true });
  expect(await actions.getPullRequest(pull)).toMatchObject({ merged: true, state: "closed" });
  await actions.deleteBranch({ ...here, branch: file.branch });
  expect((await actions.listBranches(here)).map(({ name }) => name)).toEqual(["main"]);
});

test("a pull request is closed unmerged, and a file is deleted by its hash", async () => {
  const file = { ...here, path: "gone.ts", branch: "feature/two", message: "change it" };
  await actions.createBranch({ ...here, branch: file.branch, from: "main" });
  const { content } = await actions.createOrUpdateFile({ ...file, content: "one" });
  const pull = await actions.createPullRequest({ ...here, title: "Two", head: file.branch, base: "main" });
  const closed = await actions.closePullRequest({ ...here, pullNumber: pull.number });
  expect(closed).toMatchObject({ state: "closed", merged: false });
  await expect(actions.deleteFile({ ...file, sha: "0".repeat(40) })).rejects.toMatchObject({ status: 409 });
  await actions.deleteFile({ ...file, sha: content?.sha ?? "" });
  await expect(actions.getFile({ ...here, path: file.path, ref: file.branch })).rejects.toMatchObject({
    status: 404,
  });
  await actions.deleteBranch({ ...here, branch: file.branch });
});

test("commits are listed, compared, commented on and found by branch", async () => {
  const [newest] = await actions.listCommits({ ...here, perPage: 1 });
  const { sha } = await actions.getCommit({ ...here, ref: "main" });
  expect(newest?.sha).toBe(sha);
  expect(await actions.getBranch({ ...here, branch: "main" })).toMatchObject({ commit: { sha } });
  expect(await actions.compareCommits({ ...here, base: "main", head: "main" })).toMatchObject({
    ahead_by: 0,
  });
  await actions.createCommitComment({ ...here, commitSha: sha, body: "nice" });
  expect(await actions.listCommitComments({ ...here, commitSha: sha })).toMatchObject([{ body: "nice" }]);
  expect(await actions.listCheckRuns({ ...here, ref: sha })).toMatchObject({ total_count: 0 });
});

test("a release is made at a tag, gets an asset and goes", async () => {
  const { sha } = await actions.getCommit({ ...here, ref: "main" });
  await actions.createTag({ ...here, tag: "v0.9", sha });
  await actions.createTag({ ...here, tag: "v0.9-signed", sha, message: "annotated" });
  // The emulator lists annotated tags only.
  expect((await actions.listTags(here)).map(({ name }) => name)).toEqual(["v0.9-signed"]);
  await actions.deleteTag({ ...here, tag: "v0.9-signed" });

  const { id: releaseId } = await actions.createRelease({
    ...here,
    tagName: "v1.0",
    name: "One",
    body: "It works.",
  });
  const release = { ...here, releaseId };
  await actions.updateRelease({ ...release, name: "One!" });
  expect(await actions.getRelease(release)).toMatchObject({ name: "One!", tag_name: "v1.0" });
  expect(await actions.getReleaseByTag({ ...here, tag: "v1.0" })).toMatchObject({ id: releaseId });
  expect(await actions.getLatestRelease(here)).toMatchObject({ id: releaseId });
  expect(await actions.listReleases(here)).toHaveLength(1);
  expect(await actions.generateReleaseNotes({ ...here, tagName: "v1.1" })).toHaveProperty("body");
  const data = new Uint8Array([1, 2, 255]);
  const asset = await actions.uploadReleaseAsset({ ...release, name: "a b.bin", data });
  expect(asset).toMatchObject({ name: "a b.bin", size: 3 });
  expect(await actions.listReleaseAssets(release)).toHaveLength(1);
  await actions.deleteReleaseAsset({ ...here, assetId: asset.id });
  expect(await actions.deleteRelease(release)).toBeUndefined();
});

test("repositories are made, described, forked and deleted", async () => {
  await actions.createRepository({ name: "another", description: "one more", autoInit: true });
  const another = { owner: "octo", repository: "another" };
  await actions.updateRepository({ ...another, description: "changed", hasWiki: false });
  expect(await actions.getRepository(another)).toMatchObject({ description: "changed", has_wiki: false });
  expect(await actions.replaceTopics({ ...another, names: ["a", "b"] })).toEqual({ names: ["a", "b"] });
  expect(await actions.listTopics(another)).toEqual({ names: ["a", "b"] });
  expect(await actions.listLanguages(here)).toHaveProperty("TypeScript");
  expect((await actions.listRepositories()).map(({ name }) => name)).toEqual(
    expect.arrayContaining(["hello", "another"]),
  );
  expect((await actions.listUserRepositories({ username: "octo" })).length).toBeGreaterThan(1);
  expect(await actions.getReadme(another)).toMatchObject({ name: "README.md" });
  expect(await actions.listForks(here)).toEqual([]);
  expect(Array.isArray(await actions.listContributors(here))).toBe(true);
  expect(await actions.forkRepository({ ...another, organization: "guild" })).toMatchObject({
    full_name: "guild/another",
    fork: true,
  });
  await actions.deleteRepository(another);
  await expect(actions.getRepository(another)).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining("GET /repos/octo/another: Not Found"),
  });
});

test("an organization has repositories and members", async () => {
  const guild = { organization: "guild" };
  expect(await actions.getOrganization(guild)).toMatchObject({ login: "guild" });
  const made = await actions.createOrganizationRepository({ ...guild, name: "shared", private: true });
  expect(made).toMatchObject({ full_name: "guild/shared", private: true });
  expect((await actions.listOrganizationMembers(guild)).map(({ login }) => login)).toContain("octo");
});

test("collaborators, people and searches answer", async () => {
  await actions.addCollaborator({ ...here, username: "guest", permission: "push" });
  expect((await actions.listCollaborators(here)).map(({ login }) => login)).toContain("guest");
  expect(await actions.getCollaboratorPermission({ ...here, username: "octo" })).toMatchObject({
    permission: "admin",
  });
  await actions.removeCollaborator({ ...here, username: "guest" });
  expect(await actions.getAuthenticatedUser()).toMatchObject({ login: "octo" });
  expect(await actions.getUser({ username: "guest" })).toMatchObject({ login: "guest" });
  expect(await actions.listFollowers({ username: "octo" })).toEqual([]);
  expect(await actions.listOrganizations()).toMatchObject([{ login: "guild" }]);
  expect(await actions.searchRepositories({ query: "hello" })).toMatchObject({ total_count: 1 });
  expect(await actions.searchUsers({ query: "guest" })).toMatchObject({ total_count: 1 });
  expect((await actions.searchIssues({ query: "broken repo:octo/hello" })).items).not.toHaveLength(0);
  expect(await actions.searchCode({ query: "export" })).toHaveProperty("total_count");
  expect(await actions.searchCommits({ query: "add" })).toHaveProperty("total_count");
});

test("workflows are asked for, and one that is not there says so", async () => {
  expect(await actions.listWorkflows(here)).toMatchObject({ total_count: 0 });
  expect(await actions.listRepositoryWorkflowRuns(here)).toMatchObject({ total_count: 0 });
  const triggered = actions.triggerWorkflow({ ...here, workflowId: "ci.yml", ref: "main" });
  await expect(triggered).rejects.toMatchObject({ status: 404 });
});

test("the client's own pages follow one another through the provider", async () => {
  for (const number of [1, 2, 3]) await newIssue(`page ${number}`);
  const all = await client.paginate(client.rest.issues.listForRepo, {
    owner: "octo",
    repo: "hello",
    per_page: 1,
  });
  expect(all.length).toBeGreaterThanOrEqual(3);
});
