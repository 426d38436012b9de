import type { Octokit } from "@octokit/rest";
import { type Answer, ask, type Direction, type InRepository, type Paged, tell } from "./ask.ts";

type Verdict = "APPROVE" | "REQUEST_CHANGES" | "COMMENT";
type Side = "LEFT" | "RIGHT";

/** A comment that is sent with its review. */
export interface DraftComment {
  path: string;
  body: string;
  line?: number;
  side?: Side;
  startLine?: number;
  startSide?: Side;
}

export const reviewActions = {
  /** Without `event` it stays a draft until `submitReview`. */
  createReview: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      pullNumber: pull_number,
      event,
      body,
      commitId: commit_id,
      comments,
    }: InRepository & {
      pullNumber: number;
      event?: Verdict;
      body?: string;
      commitId?: string;
      comments?: DraftComment[];
    },
  ): Answer<"pulls", "createReview"> =>
    ask(octokit, "pulls", "createReview", {
      owner,
      repo,
      pull_number,
      event,
      body,
      commit_id,
      comments: comments?.map(draftComment),
    }),
  getReview: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      pullNumber: pull_number,
      reviewId: review_id,
    }: InRepository & { pullNumber: number; reviewId: number },
  ): Answer<"pulls", "getReview"> =>
    ask(octokit, "pulls", "getReview", { owner, repo, pull_number, review_id }),
  listReviews: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      pullNumber: pull_number,
      perPage: per_page,
      page,
    }: InRepository & Paged & { pullNumber: number },
  ): Answer<"pulls", "listReviews"> =>
    ask(octokit, "pulls", "listReviews", { owner, repo, pull_number, per_page, page }),
  submitReview: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      pullNumber: pull_number,
      reviewId: review_id,
      event,
      body,
    }: InRepository & { pullNumber: number; reviewId: number; event: Verdict; body?: string },
  ): Answer<"pulls", "submitReview"> =>
    ask(octokit, "pulls", "submitReview", { owner, repo, pull_number, review_id, event, body }),
  dismissReview: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      pullNumber: pull_number,
      reviewId: review_id,
      message,
    }: InRepository & { pullNumber: number; reviewId: number; message: string },
  ): Answer<"pulls", "dismissReview"> =>
    ask(octokit, "pulls", "dismissReview", { owner, repo, pull_number, review_id, message }),
  /** On one line of the diff, or on `startLine` to `line`. */
  createReviewComment: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      pullNumber: pull_number,
      commitId: commit_id,
      path,
      body,
      line,
      side,
      startLine: start_line,
      startSide: start_side,
    }: InRepository & {
      pullNumber: number;
      commitId: string;
      path: string;
      body: string;
      line?: number;
      side?: Side;
      startLine?: number;
      startSide?: Side;
    },
  ): Answer<"pulls", "createReviewComment"> =>
    ask(octokit, "pulls", "createReviewComment", {
      owner,
      repo,
      pull_number,
      commit_id,
      path,
      body,
      line,
      side,
      start_line,
      start_side,
    }),
  listReviewComments: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      pullNumber: pull_number,
      sort,
      direction,
      since,
      perPage: per_page,
      page,
    }: InRepository &
      Paged & { pullNumber: number; sort?: "created" | "updated"; direction?: Direction; since?: string },
  ): Answer<"pulls", "listReviewComments"> =>
    ask(octokit, "pulls", "listReviewComments", {
      owner,
      repo,
      pull_number,
      sort,
      direction,
      since,
      per_page,
      page,
    }),
  replyToReviewComment: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      pullNumber: pull_number,
      commentId: comment_id,
      body,
    }: InRepository & { pullNumber: number; commentId: number; body: string },
  ): Answer<"pulls", "createReplyForReviewComment"> =>
    ask(octokit, "pulls", "createReplyForReviewComment", { owner, repo, pull_number, comment_id, body }),
  updateReviewComment: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      commentId: comment_id,
      body,
    }: InRepository & { commentId: number; body: string },
  ): Answer<"pulls", "updateReviewComment"> =>
    ask(octokit, "pulls", "updateReviewComment", { owner, repo, comment_id, body }),
  deleteReviewComment: (
    octokit: Octokit,
    { owner, repository: repo, commentId: comment_id }: InRepository & { commentId: number },
  ): Promise<void> => tell(octokit, "pulls", "deleteReviewComment", { owner, repo, comment_id }),
};

function draftComment({ path, body, line, side, startLine, startSide }: DraftComment) {
  return {
    path,
    body,
    ...(line === undefined ? {} : { line }),
    ...(side === undefined ? {} : { side }),
    ...(startLine === undefined ? {} : { start_line: startLine }),
    ...(startSide === undefined ? {} : { start_side: startSide }),
  };
}
