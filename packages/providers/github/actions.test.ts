import { afterAll, beforeEach, expect, test } from "vitest";
import { GitHub } from "./index.ts";
import { describeRequest, here } from "./server/testing/describe-calls.ts";
import { lendHost } from "./server/testing/lend-host.ts";

const sent: Awaited<ReturnType<typeof describeRequest>>[] = [];
let answer: () => Response;

const takeBack = lendHost(async (request) => {
  sent.push(await describeRequest(request));
  return answer();
});
afterAll(takeBack);
beforeEach(() => {
  sent.length = 0;
  answer = () => Response.json({ sha: "abc", default_branch: "main", object: { sha: "abc" } });
});

const github = new GitHub();

test("what is left out is not sent", async () => {
  await github.actions.createIssue({ ...here, title: "t" });
  await github.actions.listIssues(here);
  await github.actions.listRepositories();
  await github.actions.getAuthenticatedUser();
  expect(sent).toEqual([
    { call: "POST /repos/octo/hello/issues", body: { title: "t" } },
    { call: "GET /repos/octo/hello/issues", body: undefined },
    { call: "GET /user/repos", body: undefined },
    { call: "GET /user", body: undefined },
  ]);
});

test("a name cannot lead out of its place in the path", async () => {
  await github.actions.getUser({ username: "octo/repos?a=1#b" });
  expect(sent[0]?.call).toBe("GET /users/octo%2Frepos%3Fa%3D1%23b");
});

test("a file's content is sent as the bytes that it is", async () => {
  const file = { ...here, path: "src/a.bin", message: "add it", branch: "dev", sha: "abc" };
  const person = { name: "Octo", email: "octo@example.com" };
  const bytes = new Uint8Array([0, 255, 128, 10]);
  await github.actions.createOrUpdateFile({ ...file, content: "ünï", committer: person, author: person });
  await github.actions.createOrUpdateFile({ ...file, content: bytes });
  const call = "PUT /repos/octo/hello/contents/src%2Fa.bin";
  const body = { message: "add it", branch: "dev", sha: "abc" };
  expect(sent).toEqual([
    { call, body: { ...body, content: "w7xuw68=", committer: person, author: person } },
    { call, body: { ...body, content: Buffer.from(bytes).toString("base64") } },
  ]);
});

test("a branch begins at a commit, at another branch, or at the default branch", async () => {
  const made = { call: "POST /repos/octo/hello/git/refs", body: { ref: "refs/heads/new", sha: "abc" } };
  const calls = (): string[] => sent.splice(0).map(({ call }) => call);
  await github.actions.createBranch({ ...here, branch: "new", sha: "abc" });
  expect(sent).toEqual([made]);
  calls();
  await github.actions.createBranch({ ...here, branch: "new", from: "dev" });
  expect(calls()).toEqual(["GET /repos/octo/hello/git/ref/heads%2Fdev", made.call]);
  await github.actions.createBranch({ ...here, branch: "new" });
  expect(sent.at(-1)).toEqual(made);
  expect(calls()).toEqual(["GET /repos/octo/hello", "GET /repos/octo/hello/git/ref/heads%2Fmain", made.call]);
});

test("a tag with a message is an annotated one", async () => {
  await github.actions.createTag({ ...here, tag: "v1", sha: "first" });
  await github.actions.createTag({ ...here, tag: "v2", sha: "first", message: "the second" });
  expect(sent).toEqual([
    { call: "POST /repos/octo/hello/git/refs", body: { ref: "refs/tags/v1", sha: "first" } },
    {
      call: "POST /repos/octo/hello/git/tags",
      body: { tag: "v2", message: "the second", object: "first", type: "commit" },
    },
    { call: "POST /repos/octo/hello/git/refs", body: { ref: "refs/tags/v2", sha: "abc" } },
  ]);
});

test("an asset goes where its release says that assets go, as the bytes that it is", async () => {
  const upload_url = "https://uploads.github.com/repos/octo/hello/releases/7/assets{?name,label}";
  const bytes = new Uint8Array([1, 0, 255]);
  const uploaded = Promise.withResolvers<Request>();
  const undo = lendHost(async (request) => {
    if (request.method === "GET") return Response.json({ upload_url });
    uploaded.resolve(request.clone() as Request);
    return Response.json({ id: 9 }, { status: 201 });
  });
  const asset = {
    ...here,
    releaseId: 7,
    name: "a b.zip",
    label: "all",
    data: bytes,
    contentType: "application/zip",
  };
  expect(await github.actions.uploadReleaseAsset(asset)).toEqual({ id: 9 });
  const request = await uploaded.promise;
  expect(request.url).toBe(
    "https://uploads.github.com/repos/octo/hello/releases/7/assets?name=a%20b.zip&label=all",
  );
  expect(request.headers.get("content-type")).toBe("application/zip");
  expect(new Uint8Array(await request.arrayBuffer())).toEqual(bytes);
  undo();
});

test("what GitHub answers comes back as it is, and nothing as nothing", async () => {
  answer = () => Response.json([{ id: 1, login: "octo" }]);
  expect(await github.actions.listFollowers({ username: "octo" })).toEqual([{ id: 1, login: "octo" }]);
  answer = () => new Response(null, { status: 204 });
  expect(await github.actions.deleteRepository(here)).toBeUndefined();
});

test("a question of yes or no is answered by GitHub's status, and only 404 is no", async () => {
  const merged = () => github.actions.isPullRequestMerged({ ...here, pullNumber: 7 });
  answer = () => new Response(null, { status: 204 });
  expect(await merged()).toBe(true);
  answer = () => Response.json({ message: "Not Found" }, { status: 404 });
  expect(await merged()).toBe(false);
  answer = () => Response.json({ message: "Bad credentials" }, { status: 401 });
  await expect(merged()).rejects.toMatchObject({
    status: 401,
    message: expect.stringContaining("Bad credentials"),
  });
});
