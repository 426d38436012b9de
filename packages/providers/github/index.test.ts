import { answerCalls, resetAll } from "@floww/sdk/testing";
import { build } from "esbuild";
import { beforeEach, expect, test } from "vitest";
import { GitHub } from "./index.ts";

const github = new GitHub();
const here = { owner: "octo", repository: "hello" };

beforeEach(() => resetAll());

/** What a workflow with this code brings along: bytes by source file. */
async function bundle(code: string): Promise<{ bytes: number; files: string[] }> {
  const { metafile } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname, loader: "ts" },
    ...{ bundle: true, write: false, metafile: true, outfile: "main.mjs" },
    ...{ platform: "node", format: "esm", target: "node24", keepNames: true, sourcemap: false },
  });
  const { bytes, inputs } = metafile.outputs["main.mjs"]!;
  return { bytes, files: Object.keys(inputs).filter((file) => inputs[file]!.bytesInOutput > 0) };
}

test("a workflow that imports GitHub and does not use it brings nothing of it along", async () => {
  const builtin = `import { Builtin } from "@floww/sdk"; new Builtin().triggers.onManual({ name: "a", handler: () => 1 });`;
  const { bytes, files } = await bundle(`import { GitHub } from "@floww/providers/github"; ${builtin}`);
  expect(files.filter((file) => /octokit|providers\/github/.test(file))).toEqual([]);
  expect(bytes).toBe((await bundle(builtin)).bytes);
});

test("a workflow that uses it brings its user half and the client along: no server half, no type package", async () => {
  const { bytes, files } = await bundle(
    `import { GitHub } from "@floww/providers/github"; new GitHub().triggers.onPush({ owner: "o", repository: "r", handler: () => 1 });`,
  );
  expect(files.some((file) => file.includes("plugin-rest-endpoint-methods"))).toBe(true);
  expect(
    files.filter((file) => /webhooks|openapi|zod|providers\/github\/server|sdk\/testing/.test(file)),
  ).toEqual([]);
  expect(bytes).toBeLessThan(300_000);
});

test("in a test an action calls nobody, remembers what it was asked and answers what it was taught", async () => {
  const { createIssue, getAuthenticatedUser } = github.actions;
  createIssue.returnsOnce({ number: 7 } as Awaited<ReturnType<typeof createIssue>>);
  const opened = github.triggers.onIssue({
    ...here,
    actions: ["opened"],
    handler: async (_ctx, event) => {
      const issue = await createIssue({ ...here, title: `About ${event.body.issue.title}` });
      return issue.number;
    },
  });
  expect((await opened.invoke({ body: { issue: { title: "a bug" } } })).response?.body).toBe(7);
  expect(createIssue.calls).toEqual([{ ...here, title: "About a bug" }]);
  expect(getAuthenticatedUser.calls).toEqual([]);
  resetAll(github);
  expect(createIssue.calls).toEqual([]);
});

test("two connections have actions of their own", async () => {
  const work = new GitHub("work");
  await work.actions.deleteRepository(here);
  expect(work.actions.deleteRepository.calls).toHaveLength(1);
  expect(github.actions.deleteRepository.calls).toHaveLength(0);
});

test("the client asks GitHub through the provider, without a token and under one address", async () => {
  const requests: Request[] = [];
  answerCalls(github, (request) => {
    requests.push(request);
    return Response.json({ login: "octo" });
  });
  expect((await github.client.rest.users.getAuthenticated()).data.login).toBe("octo");
  expect(requests.map(({ url }) => url)).toEqual(["https://api.github.com/user"]);
  expect(requests[0]?.headers.get("authorization")).toBeNull();
  expect(requests[0]?.headers.get("user-agent")).toMatch(/^floww /);
});

test("what GitHub refuses says which call, its status, its message and its page", async () => {
  const documentation_url = "https://docs.github.com/rest";
  answerCalls(github, () => Response.json({ message: "Not Found", documentation_url }, { status: 404 }));
  const failed = await github.client.rest.repos
    .get({ owner: "octo", repo: "gone" })
    .catch((error: unknown) => error);
  expect(failed).toMatchObject({
    status: 404,
    message: `GET /repos/octo/gone: Not Found - ${documentation_url} (status 404)`,
    response: { data: { documentation_url } },
  });
});

test("what Floww itself refuses keeps its code", async () => {
  const failed = github.client.rest.repos.get({ owner: "octo", repo: "hello" });
  await expect(failed).rejects.toMatchObject({
    code: "PROVIDER_UNREACHABLE",
    fix: expect.stringContaining("answerCalls"),
  });
});
