import { findProject, PROJECT_FILE } from "../project/read-project.ts";
import type { Check } from "./check.ts";

export const projectFile: Check = {
  name: "project",
  needs: [],
  run: async (facts) => {
    const project = await findProject(facts.folder);
    if (project === undefined) return { leftOut: `no ${PROJECT_FILE} here; \`floww init\` makes a project` };
    facts.project = project;
    return `${project.file} names the workflow ${project.name}`;
  },
};
