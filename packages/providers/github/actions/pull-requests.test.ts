import { describeCalls, here, paged, type Samples } from "../server/testing/describe-calls.ts";
import type { pullRequestActions } from "./pull-requests.ts";
import type { reviewActions } from "./reviews.ts";

type Actions = typeof pullRequestActions & typeof reviewActions;

const samples: Samples<Actions> = {
  createPullRequest: [
    {
      ...here,
      title: "the title",
      head: "the head",
      base: "the base",
      body: "the body",
      draft: true,
      maintainerCanModify: true,
    },
    "POST /repos/octo/hello/pulls",
    {
      title: "the title",
      head: "the head",
      base: "the base",
      body: "the body",
      draft: true,
      maintainer_can_modify: true,
    },
  ],
  getPullRequest: [{ ...here, pullNumber: 7 }, "GET /repos/octo/hello/pulls/7"],
  listPullRequests: [
    {
      ...here,
      state: "all",
      head: "the head",
      base: "the base",
      sort: "long-running",
      direction: "desc",
      ...paged,
    },
    "GET /repos/octo/hello/pulls?state=all&head=the%20head&base=the%20base&sort=long-running&direction=desc&per_page=50&page=2",
  ],
  updatePullRequest: [
    {
      ...here,
      pullNumber: 7,
      title: "the title",
      body: "the body",
      state: "closed",
      base: "the base",
      maintainerCanModify: true,
    },
    "PATCH /repos/octo/hello/pulls/7",
    { title: "the title", body: "the body", state: "closed", base: "the base", maintainer_can_modify: true },
  ],
  closePullRequest: [{ ...here, pullNumber: 7 }, "PATCH /repos/octo/hello/pulls/7", { state: "closed" }],
  mergePullRequest: [
    {
      ...here,
      pullNumber: 7,
      mergeMethod: "rebase",
      commitTitle: "the commit title",
      commitMessage: "the commit message",
      sha: "the sha",
    },
    "PUT /repos/octo/hello/pulls/7/merge",
    {
      merge_method: "rebase",
      commit_title: "the commit title",
      commit_message: "the commit message",
      sha: "the sha",
    },
  ],
  isPullRequestMerged: [{ ...here, pullNumber: 7 }, "GET /repos/octo/hello/pulls/7/merge"],
  listPullRequestFiles: [
    { ...here, pullNumber: 7, ...paged },
    "GET /repos/octo/hello/pulls/7/files?per_page=50&page=2",
  ],
  listPullRequestCommits: [
    { ...here, pullNumber: 7, ...paged },
    "GET /repos/octo/hello/pulls/7/commits?per_page=50&page=2",
  ],
  updatePullRequestBranch: [
    { ...here, pullNumber: 7, expectedHeadSha: "the expected head sha" },
    "PUT /repos/octo/hello/pulls/7/update-branch",
    { expected_head_sha: "the expected head sha" },
  ],
  requestReviewers: [
    {
      ...here,
      pullNumber: 7,
      reviewers: ["reviewers-1", "reviewers-2"],
      teamReviewers: ["teamReviewers-1", "teamReviewers-2"],
    },
    "POST /repos/octo/hello/pulls/7/requested_reviewers",
    { reviewers: ["reviewers-1", "reviewers-2"], team_reviewers: ["teamReviewers-1", "teamReviewers-2"] },
  ],
  removeReviewers: [
    {
      ...here,
      pullNumber: 7,
      reviewers: ["reviewers-1", "reviewers-2"],
      teamReviewers: ["teamReviewers-1", "teamReviewers-2"],
    },
    "DELETE /repos/octo/hello/pulls/7/requested_reviewers",
    { reviewers: ["reviewers-1", "reviewers-2"], team_reviewers: ["teamReviewers-1", "teamReviewers-2"] },
  ],
  listRequestedReviewers: [{ ...here, pullNumber: 7 }, "GET /repos/octo/hello/pulls/7/requested_reviewers"],
  createReview: [
    {
      ...here,
      pullNumber: 7,
      event: "APPROVE",
      body: "the body",
      commitId: "the commit id",
      comments: [{ path: "a.ts", body: "why?", line: 4, side: "RIGHT", startLine: 3, startSide: "LEFT" }],
    },
    "POST /repos/octo/hello/pulls/7/reviews",
    {
      event: "APPROVE",
      body: "the body",
      commit_id: "the commit id",
      comments: [{ path: "a.ts", body: "why?", line: 4, side: "RIGHT", start_line: 3, start_side: "LEFT" }],
    },
  ],
  getReview: [{ ...here, pullNumber: 7, reviewId: 8 }, "GET /repos/octo/hello/pulls/7/reviews/8"],
  listReviews: [
    { ...here, pullNumber: 7, ...paged },
    "GET /repos/octo/hello/pulls/7/reviews?per_page=50&page=2",
  ],
  submitReview: [
    { ...here, pullNumber: 7, reviewId: 8, event: "APPROVE", body: "the body" },
    "POST /repos/octo/hello/pulls/7/reviews/8/events",
    { event: "APPROVE", body: "the body" },
  ],
  dismissReview: [
    { ...here, pullNumber: 7, reviewId: 8, message: "the message" },
    "PUT /repos/octo/hello/pulls/7/reviews/8/dismissals",
    { message: "the message" },
  ],
  createReviewComment: [
    {
      ...here,
      pullNumber: 7,
      commitId: "the commit id",
      path: "the path",
      body: "the body",
      line: 8,
      side: "RIGHT",
      startLine: 9,
      startSide: "RIGHT",
    },
    "POST /repos/octo/hello/pulls/7/comments",
    {
      commit_id: "the commit id",
      path: "the path",
      body: "the body",
      line: 8,
      side: "RIGHT",
      start_line: 9,
      start_side: "RIGHT",
    },
  ],
  listReviewComments: [
    { ...here, pullNumber: 7, sort: "updated", direction: "desc", since: "the since", ...paged },
    "GET /repos/octo/hello/pulls/7/comments?sort=updated&direction=desc&since=the%20since&per_page=50&page=2",
  ],
  replyToReviewComment: [
    { ...here, pullNumber: 7, commentId: 8, body: "the body" },
    "POST /repos/octo/hello/pulls/7/comments/8/replies",
    { body: "the body" },
  ],
  updateReviewComment: [
    { ...here, commentId: 7, body: "the body" },
    "PATCH /repos/octo/hello/pulls/comments/7",
    { body: "the body" },
  ],
  deleteReviewComment: [{ ...here, commentId: 7 }, "DELETE /repos/octo/hello/pulls/comments/7"],
};

describeCalls(samples);
