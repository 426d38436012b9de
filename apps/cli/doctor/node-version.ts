import { FlowwError } from "@floww/contract/errors";
import type { Check } from "./check.ts";

const MAJOR = 24;

export const nodeVersion: Check = {
  name: "Node",
  needs: [],
  run: async () => {
    const { node } = process.versions;
    if (Number(node.split(".")[0]) >= MAJOR) return `${node} runs this command`;
    throw new FlowwError("RUNTIME_UNAVAILABLE", `This is Node ${node}; workflows run on Node ${MAJOR}.`, {
      fix: "Install floww again with its optional dependencies (`npm install --include=optional`), or install Node 24.",
    });
  },
};
