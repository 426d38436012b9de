import { describeCalls, here, paged, type Samples } from "../server/testing/describe-calls.ts";
import type { collaboratorActions } from "./collaborators.ts";
import type { repositoryActions } from "./repositories.ts";
import type { searchActions } from "./search.ts";
import type { userActions } from "./users.ts";
import type { workflowRunActions } from "./workflow-runs.ts";

type Actions = typeof repositoryActions &
  typeof collaboratorActions &
  typeof searchActions &
  typeof userActions &
  typeof workflowRunActions;

const samples: Samples<Actions> = {
  getRepository: [{ ...here }, "GET /repos/octo/hello"],
  listRepositories: [
    {
      visibility: "private",
      affiliation: "the affiliation",
      type: "member",
      sort: "full_name",
      direction: "desc",
      ...paged,
    },
    "GET /user/repos?visibility=private&affiliation=the%20affiliation&type=member&sort=full_name&direction=desc&per_page=50&page=2",
  ],
  listUserRepositories: [
    { username: "the username", type: "member", sort: "full_name", direction: "desc", ...paged },
    "GET /users/the%20username/repos?type=member&sort=full_name&direction=desc&per_page=50&page=2",
  ],
  listOrganizationRepositories: [
    { organization: "the organization", type: "member", sort: "full_name", direction: "desc", ...paged },
    "GET /orgs/the%20organization/repos?type=member&sort=full_name&direction=desc&per_page=50&page=2",
  ],
  createRepository: [
    {
      name: "the name",
      description: "the description",
      homepage: "the homepage",
      private: true,
      autoInit: true,
      hasIssues: true,
      hasWiki: true,
      gitignoreTemplate: "the gitignore template",
      licenseTemplate: "the license template",
    },
    "POST /user/repos",
    {
      name: "the name",
      description: "the description",
      homepage: "the homepage",
      private: true,
      auto_init: true,
      has_issues: true,
      has_wiki: true,
      gitignore_template: "the gitignore template",
      license_template: "the license template",
    },
  ],
  createOrganizationRepository: [
    {
      organization: "the organization",
      name: "the name",
      description: "the description",
      homepage: "the homepage",
      private: true,
      visibility: "private",
      autoInit: true,
      hasIssues: true,
      hasWiki: true,
      teamId: 7,
      gitignoreTemplate: "the gitignore template",
      licenseTemplate: "the license template",
    },
    "POST /orgs/the%20organization/repos",
    {
      name: "the name",
      description: "the description",
      homepage: "the homepage",
      private: true,
      visibility: "private",
      auto_init: true,
      has_issues: true,
      has_wiki: true,
      team_id: 7,
      gitignore_template: "the gitignore template",
      license_template: "the license template",
    },
  ],
  updateRepository: [
    {
      ...here,
      name: "the name",
      description: "the description",
      homepage: "the homepage",
      private: true,
      defaultBranch: "the default branch",
      hasIssues: true,
      hasWiki: true,
      archived: true,
      allowSquashMerge: true,
      allowMergeCommit: true,
      allowRebaseMerge: true,
      deleteBranchOnMerge: true,
    },
    "PATCH /repos/octo/hello",
    {
      name: "the name",
      description: "the description",
      homepage: "the homepage",
      private: true,
      default_branch: "the default branch",
      has_issues: true,
      has_wiki: true,
      archived: true,
      allow_squash_merge: true,
      allow_merge_commit: true,
      allow_rebase_merge: true,
      delete_branch_on_merge: true,
    },
  ],
  deleteRepository: [{ ...here }, "DELETE /repos/octo/hello"],
  forkRepository: [
    { ...here, organization: "the organization", name: "the name", defaultBranchOnly: true },
    "POST /repos/octo/hello/forks",
    { organization: "the organization", name: "the name", default_branch_only: true },
  ],
  listForks: [
    { ...here, sort: "watchers", ...paged },
    "GET /repos/octo/hello/forks?sort=watchers&per_page=50&page=2",
  ],
  listContributors: [
    { ...here, anonymous: true, ...paged },
    "GET /repos/octo/hello/contributors?anon=true&per_page=50&page=2",
  ],
  listLanguages: [{ ...here }, "GET /repos/octo/hello/languages"],
  listTopics: [{ ...here, ...paged }, "GET /repos/octo/hello/topics?per_page=50&page=2"],
  replaceTopics: [
    { ...here, names: ["names-1", "names-2"] },
    "PUT /repos/octo/hello/topics",
    { names: ["names-1", "names-2"] },
  ],
  dispatchEvent: [
    { ...here, eventType: "the event type", clientPayload: { key: "value" } },
    "POST /repos/octo/hello/dispatches",
    { event_type: "the event type", client_payload: { key: "value" } },
  ],
  listCollaborators: [
    { ...here, affiliation: "all", permission: "push", ...paged },
    "GET /repos/octo/hello/collaborators?affiliation=all&permission=push&per_page=50&page=2",
  ],
  isCollaborator: [
    { ...here, username: "the username" },
    "GET /repos/octo/hello/collaborators/the%20username",
  ],
  getCollaboratorPermission: [
    { ...here, username: "the username" },
    "GET /repos/octo/hello/collaborators/the%20username/permission",
  ],
  addCollaborator: [
    { ...here, username: "the username", permission: "push" },
    "PUT /repos/octo/hello/collaborators/the%20username",
    { permission: "push" },
  ],
  removeCollaborator: [
    { ...here, username: "the username" },
    "DELETE /repos/octo/hello/collaborators/the%20username",
  ],
  searchRepositories: [
    { query: "the query", sort: "updated", order: "desc", ...paged },
    "GET /search/repositories?q=the%20query&sort=updated&order=desc&per_page=50&page=2",
  ],
  searchIssues: [
    { query: "the query", sort: "updated", order: "desc", ...paged },
    "GET /search/issues?q=the%20query&sort=updated&order=desc&per_page=50&page=2",
  ],
  searchCode: [{ query: "the query", ...paged }, "GET /search/code?q=the%20query&per_page=50&page=2"],
  searchCommits: [
    { query: "the query", sort: "committer-date", order: "desc", ...paged },
    "GET /search/commits?q=the%20query&sort=committer-date&order=desc&per_page=50&page=2",
  ],
  searchUsers: [
    { query: "the query", sort: "joined", order: "desc", ...paged },
    "GET /search/users?q=the%20query&sort=joined&order=desc&per_page=50&page=2",
  ],
  getAuthenticatedUser: [undefined, "GET /user"],
  getUser: [{ username: "the username" }, "GET /users/the%20username"],
  listFollowers: [
    { username: "the username", ...paged },
    "GET /users/the%20username/followers?per_page=50&page=2",
  ],
  getOrganization: [{ organization: "the organization" }, "GET /orgs/the%20organization"],
  listOrganizationMembers: [
    { organization: "the organization", role: "member", ...paged },
    "GET /orgs/the%20organization/members?role=member&per_page=50&page=2",
  ],
  listOrganizations: [{ ...paged }, "GET /user/orgs?per_page=50&page=2"],
  listWorkflows: [{ ...here, ...paged }, "GET /repos/octo/hello/actions/workflows?per_page=50&page=2"],
  getWorkflow: [{ ...here, workflowId: 7 }, "GET /repos/octo/hello/actions/workflows/7"],
  triggerWorkflow: [
    { ...here, workflowId: 7, ref: "the ref", inputs: { key: "value" } },
    "POST /repos/octo/hello/actions/workflows/7/dispatches",
    { ref: "the ref", inputs: { key: "value" } },
  ],
  enableWorkflow: [{ ...here, workflowId: 7 }, "PUT /repos/octo/hello/actions/workflows/7/enable"],
  disableWorkflow: [{ ...here, workflowId: 7 }, "PUT /repos/octo/hello/actions/workflows/7/disable"],
  listWorkflowRuns: [
    {
      ...here,
      workflowId: 7,
      actor: "the actor",
      branch: "the branch",
      event: "the event",
      status: "success",
      created: "the created",
      headSha: "the head sha",
      ...paged,
    },
    "GET /repos/octo/hello/actions/workflows/7/runs?actor=the%20actor&branch=the%20branch&event=the%20event&status=success&created=the%20created&head_sha=the%20head%20sha&per_page=50&page=2",
  ],
  listRepositoryWorkflowRuns: [
    {
      ...here,
      actor: "the actor",
      branch: "the branch",
      event: "the event",
      status: "success",
      created: "the created",
      headSha: "the head sha",
      ...paged,
    },
    "GET /repos/octo/hello/actions/runs?actor=the%20actor&branch=the%20branch&event=the%20event&status=success&created=the%20created&head_sha=the%20head%20sha&per_page=50&page=2",
  ],
  getWorkflowRun: [{ ...here, runId: 7 }, "GET /repos/octo/hello/actions/runs/7"],
  cancelWorkflowRun: [{ ...here, runId: 7 }, "POST /repos/octo/hello/actions/runs/7/cancel"],
  rerunWorkflowRun: [
    { ...here, runId: 7, enableDebugLogging: true },
    "POST /repos/octo/hello/actions/runs/7/rerun",
    { enable_debug_logging: true },
  ],
  rerunFailedJobs: [
    { ...here, runId: 7, enableDebugLogging: true },
    "POST /repos/octo/hello/actions/runs/7/rerun-failed-jobs",
    { enable_debug_logging: true },
  ],
  deleteWorkflowRun: [{ ...here, runId: 7 }, "DELETE /repos/octo/hello/actions/runs/7"],
  listWorkflowRunJobs: [
    { ...here, runId: 7, filter: "all", ...paged },
    "GET /repos/octo/hello/actions/runs/7/jobs?filter=all&per_page=50&page=2",
  ],
  listWorkflowRunArtifacts: [
    { ...here, runId: 7, name: "the name", ...paged },
    "GET /repos/octo/hello/actions/runs/7/artifacts?name=the%20name&per_page=50&page=2",
  ],
};

describeCalls(samples);
