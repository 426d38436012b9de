import { stat } from "node:fs/promises";
import { type BuiltLayer, EXECUTOR_PATH } from "../image/build-image.ts";
import { type LayerMember, parents } from "./list-tree.ts";
import { writeLayer } from "./write-layer.ts";

/** The layer that every image of ours has on its base, written to `file`. */
export async function executorLayer(executorFile: string, file: string): Promise<BuiltLayer> {
  const { size } = await stat(executorFile);
  const executor: LayerMember = {
    path: EXECUTOR_PATH,
    bytes: size,
    isExecutable: false,
    source: executorFile,
  };
  const folder = EXECUTOR_PATH.slice(0, EXECUTOR_PATH.lastIndexOf("/"));
  const layer = await writeLayer([...parents(folder), executor], file);
  return { ...layer, file, from: "floww executor" };
}
