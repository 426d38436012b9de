import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CTRL_C, converse, ENTER } from "./pty.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

const sdk = fileURLToPath(new URL("../../packages/floww/index.ts", import.meta.url));

describe("with a person at a terminal", () => {
  let server: TestServer;
  let folder: string;
  beforeAll(async () => {
    server = await startTestServer();
    folder = await mkdtemp(join(tmpdir(), "floww-pty-"));
    await writeFile(join(folder, "floww.yaml"), "name: asked\n");
    await writeFile(
      join(folder, "main.ts"),
      `import { Builtin } from ${JSON.stringify(sdk)};\nnew Builtin().triggers.onWebhook({ handler: () => "hi" });\n`,
    );
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function talk(
    args: string[],
    answers: { after: string; type: string }[],
  ): Promise<{ text: string; exitCode: number | null }> {
    await using person = converse(args, { cwd: folder, home: server.home });
    for (const { after, type } of answers) {
      await person.sees(after);
      person.types(type);
    }
    const exitCode = await person.closed;
    return { text: person.text(), exitCode };
  }

  test("deploy asks before it creates a workflow, and a no creates nothing", async () => {
    const question = 'There is no workflow "asked" in default. Create it?';
    const refused = await talk(["deploy"], [{ after: question, type: "n" }]);
    expect(refused.text).toContain("Nothing was created and nothing deployed.");
    expect((await server.cli(["list", "workflows", "--json"])).stdout).toBe("[]\n");

    const agreed = await talk(["deploy"], [{ after: question, type: "y" }]);
    expect(agreed.text).toContain("asked version 1 is live");
    expect(agreed.exitCode).toBe(0);
  });

  test("init asks for the name, and takes the folder's with Enter", async () => {
    const { text, exitCode } = await talk(
      ["init", "typed", "--no-install"],
      [{ after: "What is the workflow called?", type: ENTER }],
    );
    expect(text).toContain("Created the workflow typed in default");
    expect(exitCode).toBe(0);
    expect(await readFile(join(folder, "typed/floww.yaml"), "utf8")).toContain("name: typed");
  });

  test("Ctrl-C at a question changes nothing", async () => {
    const { text } = await talk(["init", "left", "--no-install"], [{ after: "called?", type: CTRL_C }]);
    expect(text).toContain("Nothing was made.");
    await expect(readFile(join(folder, "left/floww.yaml"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});
