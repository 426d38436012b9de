import type { Octokit } from "@octokit/rest";
import { type Answer, ask, type InRepository, type Paged, tell } from "./ask.ts";

export const releaseActions = {
  /** Makes the tag where there is none, at `targetCommitish`. */
  createRelease: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      tagName: tag_name,
      targetCommitish: target_commitish,
      name,
      body,
      draft,
      prerelease,
      generateReleaseNotes: generate_release_notes,
      makeLatest: make_latest,
    }: InRepository & {
      tagName: string;
      targetCommitish?: string;
      name?: string;
      body?: string;
      draft?: boolean;
      prerelease?: boolean;
      generateReleaseNotes?: boolean;
      makeLatest?: "true" | "false" | "legacy";
    },
  ): Answer<"repos", "createRelease"> =>
    ask(octokit, "repos", "createRelease", {
      owner,
      repo,
      tag_name,
      target_commitish,
      name,
      body,
      draft,
      prerelease,
      generate_release_notes,
      make_latest,
    }),
  getRelease: (
    octokit: Octokit,
    { owner, repository: repo, releaseId: release_id }: InRepository & { releaseId: number },
  ): Answer<"repos", "getRelease"> => ask(octokit, "repos", "getRelease", { owner, repo, release_id }),
  getLatestRelease: (
    octokit: Octokit,
    { owner, repository: repo }: InRepository,
  ): Answer<"repos", "getLatestRelease"> => ask(octokit, "repos", "getLatestRelease", { owner, repo }),
  getReleaseByTag: (
    octokit: Octokit,
    { owner, repository: repo, tag }: InRepository & { tag: string },
  ): Answer<"repos", "getReleaseByTag"> => ask(octokit, "repos", "getReleaseByTag", { owner, repo, tag }),
  listReleases: (
    octokit: Octokit,
    { owner, repository: repo, perPage: per_page, page }: InRepository & Paged,
  ): Answer<"repos", "listReleases"> =>
    ask(octokit, "repos", "listReleases", { owner, repo, per_page, page }),
  updateRelease: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      releaseId: release_id,
      tagName: tag_name,
      targetCommitish: target_commitish,
      name,
      body,
      draft,
      prerelease,
      makeLatest: make_latest,
    }: InRepository & {
      releaseId: number;
      tagName?: string;
      targetCommitish?: string;
      name?: string;
      body?: string;
      draft?: boolean;
      prerelease?: boolean;
      makeLatest?: "true" | "false" | "legacy";
    },
  ): Answer<"repos", "updateRelease"> =>
    ask(octokit, "repos", "updateRelease", {
      owner,
      repo,
      release_id,
      tag_name,
      target_commitish,
      name,
      body,
      draft,
      prerelease,
      make_latest,
    }),
  /** The tag stays. */
  deleteRelease: (
    octokit: Octokit,
    { owner, repository: repo, releaseId: release_id }: InRepository & { releaseId: number },
  ): Promise<void> => tell(octokit, "repos", "deleteRelease", { owner, repo, release_id }),
  /** Writes them and keeps nothing. */
  generateReleaseNotes: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      tagName: tag_name,
      targetCommitish: target_commitish,
      previousTagName: previous_tag_name,
    }: InRepository & { tagName: string; targetCommitish?: string; previousTagName?: string },
  ): Answer<"repos", "generateReleaseNotes"> =>
    ask(octokit, "repos", "generateReleaseNotes", {
      owner,
      repo,
      tag_name,
      target_commitish,
      previous_tag_name,
    }),
  listReleaseAssets: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      releaseId: release_id,
      perPage: per_page,
      page,
    }: InRepository & Paged & { releaseId: number },
  ): Answer<"repos", "listReleaseAssets"> =>
    ask(octokit, "repos", "listReleaseAssets", { owner, repo, release_id, per_page, page }),
  deleteReleaseAsset: (
    octokit: Octokit,
    { owner, repository: repo, assetId: asset_id }: InRepository & { assetId: number },
  ): Promise<void> => tell(octokit, "repos", "deleteReleaseAsset", { owner, repo, asset_id }),
  /** A file beside the release; `data` is text or bytes. */
  uploadReleaseAsset: async (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      releaseId: release_id,
      name,
      label,
      data,
      contentType = "application/octet-stream",
    }: InRepository & {
      releaseId: number;
      name: string;
      label?: string;
      data: string | Uint8Array;
      contentType?: string;
    },
  ): Answer<"repos", "uploadReleaseAsset"> => {
    // Where assets go is said by the release alone: in the cloud it is another host, on a server another path.
    const { upload_url } = await ask(octokit, "repos", "getRelease", { owner, repo, release_id });
    const answer = await octokit.request(`POST ${upload_url}`, {
      name,
      ...(label === undefined ? {} : { label }),
      data,
      headers: { "content-type": contentType },
    });
    return answer.data;
  },
};
