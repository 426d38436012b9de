import { describeCalls, here, paged, type Samples } from "../server/testing/describe-calls.ts";
import type { branchActions } from "./branches.ts";
import type { commitActions } from "./commits.ts";
import type { fileActions } from "./files.ts";
import type { releaseActions } from "./releases.ts";
import type { tagActions } from "./tags.ts";

type Actions = typeof releaseActions &
  typeof commitActions &
  typeof branchActions &
  typeof tagActions &
  typeof fileActions;
const person = { name: "Octo", email: "octo@example.com" };

const samples: Samples<Actions, "createBranch" | "createTag" | "uploadReleaseAsset" | "createOrUpdateFile"> =
  {
    createRelease: [
      {
        ...here,
        tagName: "the tag name",
        targetCommitish: "the target commitish",
        name: "the name",
        body: "the body",
        draft: true,
        prerelease: true,
        generateReleaseNotes: true,
        makeLatest: "legacy",
      },
      "POST /repos/octo/hello/releases",
      {
        tag_name: "the tag name",
        target_commitish: "the target commitish",
        name: "the name",
        body: "the body",
        draft: true,
        prerelease: true,
        generate_release_notes: true,
        make_latest: "legacy",
      },
    ],
    getRelease: [{ ...here, releaseId: 7 }, "GET /repos/octo/hello/releases/7"],
    getLatestRelease: [{ ...here }, "GET /repos/octo/hello/releases/latest"],
    getReleaseByTag: [{ ...here, tag: "the tag" }, "GET /repos/octo/hello/releases/tags/the%20tag"],
    listReleases: [{ ...here, ...paged }, "GET /repos/octo/hello/releases?per_page=50&page=2"],
    updateRelease: [
      {
        ...here,
        releaseId: 7,
        tagName: "the tag name",
        targetCommitish: "the target commitish",
        name: "the name",
        body: "the body",
        draft: true,
        prerelease: true,
        makeLatest: "legacy",
      },
      "PATCH /repos/octo/hello/releases/7",
      {
        tag_name: "the tag name",
        target_commitish: "the target commitish",
        name: "the name",
        body: "the body",
        draft: true,
        prerelease: true,
        make_latest: "legacy",
      },
    ],
    deleteRelease: [{ ...here, releaseId: 7 }, "DELETE /repos/octo/hello/releases/7"],
    generateReleaseNotes: [
      {
        ...here,
        tagName: "the tag name",
        targetCommitish: "the target commitish",
        previousTagName: "the previous tag name",
      },
      "POST /repos/octo/hello/releases/generate-notes",
      {
        tag_name: "the tag name",
        target_commitish: "the target commitish",
        previous_tag_name: "the previous tag name",
      },
    ],
    listReleaseAssets: [
      { ...here, releaseId: 7, ...paged },
      "GET /repos/octo/hello/releases/7/assets?per_page=50&page=2",
    ],
    deleteReleaseAsset: [{ ...here, assetId: 7 }, "DELETE /repos/octo/hello/releases/assets/7"],
    getCommit: [
      { ...here, ref: "the ref", ...paged },
      "GET /repos/octo/hello/commits/the%20ref?per_page=50&page=2",
    ],
    listCommits: [
      {
        ...here,
        sha: "the sha",
        path: "the path",
        author: "the author",
        since: "the since",
        until: "the until",
        ...paged,
      },
      "GET /repos/octo/hello/commits?sha=the%20sha&path=the%20path&author=the%20author&since=the%20since&until=the%20until&per_page=50&page=2",
    ],
    compareCommits: [
      { ...here, base: "the base", head: "the head", ...paged },
      "GET /repos/octo/hello/compare/the%20base...the%20head?per_page=50&page=2",
    ],
    listPullRequestsOfCommit: [
      { ...here, commitSha: "the commit sha", ...paged },
      "GET /repos/octo/hello/commits/the%20commit%20sha/pulls?per_page=50&page=2",
    ],
    getCommitStatus: [
      { ...here, ref: "the ref", ...paged },
      "GET /repos/octo/hello/commits/the%20ref/status?per_page=50&page=2",
    ],
    createCommitStatus: [
      {
        ...here,
        sha: "the sha",
        state: "success",
        context: "the context",
        description: "the description",
        targetUrl: "the target url",
      },
      "POST /repos/octo/hello/statuses/the%20sha",
      {
        state: "success",
        context: "the context",
        description: "the description",
        target_url: "the target url",
      },
    ],
    listCheckRuns: [
      { ...here, ref: "the ref", checkName: "the check name", status: "completed", filter: "all", ...paged },
      "GET /repos/octo/hello/commits/the%20ref/check-runs?check_name=the%20check%20name&status=completed&filter=all&per_page=50&page=2",
    ],
    listBranches: [
      { ...here, protected: true, ...paged },
      "GET /repos/octo/hello/branches?protected=true&per_page=50&page=2",
    ],
    getBranch: [{ ...here, branch: "the branch" }, "GET /repos/octo/hello/branches/the%20branch"],
    getBranchProtection: [
      { ...here, branch: "the branch" },
      "GET /repos/octo/hello/branches/the%20branch/protection",
    ],
    renameBranch: [
      { ...here, branch: "the branch", newName: "the new name" },
      "POST /repos/octo/hello/branches/the%20branch/rename",
      { new_name: "the new name" },
    ],
    mergeBranch: [
      { ...here, base: "the base", head: "the head", commitMessage: "the commit message" },
      "POST /repos/octo/hello/merges",
      { base: "the base", head: "the head", commit_message: "the commit message" },
    ],
    deleteBranch: [
      { ...here, branch: "feature/one" },
      "DELETE /repos/octo/hello/git/refs/heads%2Ffeature%2Fone",
    ],
    listTags: [{ ...here, ...paged }, "GET /repos/octo/hello/tags?per_page=50&page=2"],
    deleteTag: [{ ...here, tag: "v1" }, "DELETE /repos/octo/hello/git/refs/tags%2Fv1"],
    getFile: [
      { ...here, path: "src/a b.ts", ref: "dev" },
      "GET /repos/octo/hello/contents/src%2Fa%20b.ts?ref=dev",
    ],
    getReadme: [{ ...here, ref: "dev" }, "GET /repos/octo/hello/readme?ref=dev"],
    deleteFile: [
      {
        ...here,
        path: "src/a.ts",
        message: "away",
        sha: "abc",
        branch: "dev",
        committer: person,
        author: person,
      },
      "DELETE /repos/octo/hello/contents/src%2Fa.ts",
      {
        message: "away",
        branch: "dev",
        committer: { name: "Octo", email: "octo@example.com" },
        author: { name: "Octo", email: "octo@example.com" },
        sha: "abc",
      },
    ],
  };

describeCalls(samples);
