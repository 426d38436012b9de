import { type ActionsOf, createActions } from "@floww/sdk/provider";
import type { Octokit } from "@octokit/rest";
import { branchActions } from "./actions/branches.ts";
import { collaboratorActions } from "./actions/collaborators.ts";
import { commentActions } from "./actions/comments.ts";
import { commitActions } from "./actions/commits.ts";
import { fileActions } from "./actions/files.ts";
import { issueActions } from "./actions/issues.ts";
import { labelActions } from "./actions/labels.ts";
import { milestoneActions } from "./actions/milestones.ts";
import { pullRequestActions } from "./actions/pull-requests.ts";
import { releaseActions } from "./actions/releases.ts";
import { repositoryActions } from "./actions/repositories.ts";
import { reviewActions } from "./actions/reviews.ts";
import { searchActions } from "./actions/search.ts";
import { tagActions } from "./actions/tags.ts";
import { userActions } from "./actions/users.ts";
import { workflowRunActions } from "./actions/workflow-runs.ts";

/** What a workflow does at GitHub. Each takes one object and answers with GitHub's own data. */
export interface GitHubActions
  extends ActionsOf<typeof repositoryActions>,
    ActionsOf<typeof issueActions>,
    ActionsOf<typeof commentActions>,
    ActionsOf<typeof labelActions>,
    ActionsOf<typeof milestoneActions>,
    ActionsOf<typeof pullRequestActions>,
    ActionsOf<typeof reviewActions>,
    ActionsOf<typeof releaseActions>,
    ActionsOf<typeof commitActions>,
    ActionsOf<typeof branchActions>,
    ActionsOf<typeof tagActions>,
    ActionsOf<typeof fileActions>,
    ActionsOf<typeof workflowRunActions>,
    ActionsOf<typeof collaboratorActions>,
    ActionsOf<typeof searchActions>,
    ActionsOf<typeof userActions> {}

export function createGitHubActions(client: Octokit): GitHubActions {
  return createActions(client, {
    ...repositoryActions,
    ...issueActions,
    ...commentActions,
    ...labelActions,
    ...milestoneActions,
    ...pullRequestActions,
    ...reviewActions,
    ...releaseActions,
    ...commitActions,
    ...branchActions,
    ...tagActions,
    ...fileActions,
    ...workflowRunActions,
    ...collaboratorActions,
    ...searchActions,
    ...userActions,
  });
}
