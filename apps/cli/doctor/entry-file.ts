import { relative } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import { isFile, PROJECT_FILE } from "../project/read-project.ts";
import type { Check } from "./check.ts";

export const entryFile: Check = {
  name: "entry file",
  needs: ["project"],
  run: async ({ project }) => {
    const { folder, entryFile: file } = project!;
    if (await isFile(file)) return relative(folder, file);
    throw new FlowwError("PROJECT_INVALID", `${file} is not there.`, {
      fix: `Make it, or name another with \`entrypoint\` in ${PROJECT_FILE}.`,
    });
  },
};
