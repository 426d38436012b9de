import type { Filters } from "./matches.ts";

/** The least that the filters let pass, in tests. */
export function examplePayload({ owner, repository, branch, actions }: Filters): object {
  const [action] = actions ?? [];
  return {
    ...(action === undefined ? {} : { action }),
    ...(branch === undefined ? {} : { ref: `refs/heads/${branch.replaceAll(/\*+/g, "example")}` }),
    repository: { name: repository, full_name: `${owner}/${repository}`, owner: { login: owner } },
    sender: { login: "octocat" },
  };
}
