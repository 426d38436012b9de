import { readFile, rename, writeFile } from "node:fs/promises";
import { parseDocument } from "yaml";

/** Puts the workflow's id into floww.yaml and leaves everything else, comments too, as its author wrote it. */
export async function writeWorkflowId(file: string, workflowId: string): Promise<void> {
  const document = parseDocument(await readFile(file, "utf8"));
  document.set("workflowId", workflowId);
  await writeFile(`${file}.new`, document.toString({ lineWidth: 0 }));
  await rename(`${file}.new`, file);
}
