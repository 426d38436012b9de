import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeWorkflowId } from "./write-workflow-id.ts";

test("the id is put in, or replaced, and comments and order stay", async () => {
  const folder = await mkdtemp(join(tmpdir(), "floww-yaml-"));
  try {
    const file = join(folder, "floww.yaml");
    await writeFile(file, "# mine\nname: hello # short\n\nproviders:\n  github:\n    work: prv_1\n");
    await writeWorkflowId(file, "wf_1");
    await writeWorkflowId(file, "wf_2");
    expect(await readFile(file, "utf8")).toBe(
      "# mine\nname: hello # short\n\nproviders:\n  github:\n    work: prv_1\nworkflowId: wf_2\n",
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
