import { describeCalls, here, paged, type Samples } from "../server/testing/describe-calls.ts";
import type { commentActions } from "./comments.ts";
import type { issueActions } from "./issues.ts";
import type { labelActions } from "./labels.ts";
import type { milestoneActions } from "./milestones.ts";

type Actions = typeof issueActions & typeof commentActions & typeof labelActions & typeof milestoneActions;

const samples: Samples<Actions> = {
  createIssue: [
    {
      ...here,
      title: "the title",
      body: "the body",
      labels: ["labels-1", "labels-2"],
      assignees: ["assignees-1", "assignees-2"],
      milestone: 7,
    },
    "POST /repos/octo/hello/issues",
    {
      title: "the title",
      body: "the body",
      labels: ["labels-1", "labels-2"],
      assignees: ["assignees-1", "assignees-2"],
      milestone: 7,
    },
  ],
  getIssue: [{ ...here, issueNumber: 7 }, "GET /repos/octo/hello/issues/7"],
  listIssues: [
    {
      ...here,
      state: "all",
      labels: ["labels-1", "labels-2"],
      assignee: "the assignee",
      creator: "the creator",
      mentioned: "the mentioned",
      milestone: "the milestone",
      sort: "comments",
      direction: "desc",
      since: "the since",
      ...paged,
    },
    "GET /repos/octo/hello/issues?state=all&labels=labels-1%2Clabels-2&assignee=the%20assignee&creator=the%20creator&mentioned=the%20mentioned&milestone=the%20milestone&sort=comments&direction=desc&since=the%20since&per_page=50&page=2",
  ],
  updateIssue: [
    {
      ...here,
      issueNumber: 7,
      title: "the title",
      body: "the body",
      state: "closed",
      stateReason: "reopened",
      labels: ["labels-1", "labels-2"],
      assignees: ["assignees-1", "assignees-2"],
      milestone: 8,
    },
    "PATCH /repos/octo/hello/issues/7",
    {
      title: "the title",
      body: "the body",
      state: "closed",
      state_reason: "reopened",
      labels: ["labels-1", "labels-2"],
      assignees: ["assignees-1", "assignees-2"],
      milestone: 8,
    },
  ],
  closeIssue: [
    { ...here, issueNumber: 7, reason: "duplicate" },
    "PATCH /repos/octo/hello/issues/7",
    { state_reason: "duplicate", state: "closed" },
  ],
  reopenIssue: [{ ...here, issueNumber: 7 }, "PATCH /repos/octo/hello/issues/7", { state: "open" }],
  lockIssue: [
    { ...here, issueNumber: 7, reason: "spam" },
    "PUT /repos/octo/hello/issues/7/lock",
    { lock_reason: "spam" },
  ],
  unlockIssue: [{ ...here, issueNumber: 7 }, "DELETE /repos/octo/hello/issues/7/lock"],
  addAssignees: [
    { ...here, issueNumber: 7, assignees: ["assignees-1", "assignees-2"] },
    "POST /repos/octo/hello/issues/7/assignees",
    { assignees: ["assignees-1", "assignees-2"] },
  ],
  removeAssignees: [
    { ...here, issueNumber: 7, assignees: ["assignees-1", "assignees-2"] },
    "DELETE /repos/octo/hello/issues/7/assignees",
    { assignees: ["assignees-1", "assignees-2"] },
  ],
  listIssueEvents: [
    { ...here, issueNumber: 7, ...paged },
    "GET /repos/octo/hello/issues/7/events?per_page=50&page=2",
  ],
  createIssueComment: [
    { ...here, issueNumber: 7, body: "the body" },
    "POST /repos/octo/hello/issues/7/comments",
    { body: "the body" },
  ],
  getIssueComment: [{ ...here, commentId: 7 }, "GET /repos/octo/hello/issues/comments/7"],
  listIssueComments: [
    { ...here, issueNumber: 7, since: "the since", ...paged },
    "GET /repos/octo/hello/issues/7/comments?since=the%20since&per_page=50&page=2",
  ],
  updateIssueComment: [
    { ...here, commentId: 7, body: "the body" },
    "PATCH /repos/octo/hello/issues/comments/7",
    { body: "the body" },
  ],
  deleteIssueComment: [{ ...here, commentId: 7 }, "DELETE /repos/octo/hello/issues/comments/7"],
  addIssueReaction: [
    { ...here, issueNumber: 7, content: "heart" },
    "POST /repos/octo/hello/issues/7/reactions",
    { content: "heart" },
  ],
  addCommentReaction: [
    { ...here, commentId: 7, content: "heart" },
    "POST /repos/octo/hello/issues/comments/7/reactions",
    { content: "heart" },
  ],
  createCommitComment: [
    { ...here, commitSha: "the commit sha", body: "the body", path: "the path", position: 7 },
    "POST /repos/octo/hello/commits/the%20commit%20sha/comments",
    { body: "the body", path: "the path", position: 7 },
  ],
  listCommitComments: [
    { ...here, commitSha: "the commit sha", ...paged },
    "GET /repos/octo/hello/commits/the%20commit%20sha/comments?per_page=50&page=2",
  ],
  listLabels: [{ ...here, ...paged }, "GET /repos/octo/hello/labels?per_page=50&page=2"],
  getLabel: [{ ...here, name: "the name" }, "GET /repos/octo/hello/labels/the%20name"],
  createLabel: [
    { ...here, name: "the name", color: "the color", description: "the description" },
    "POST /repos/octo/hello/labels",
    { name: "the name", color: "the color", description: "the description" },
  ],
  updateLabel: [
    {
      ...here,
      name: "the name",
      newName: "the new name",
      color: "the color",
      description: "the description",
    },
    "PATCH /repos/octo/hello/labels/the%20name",
    { new_name: "the new name", color: "the color", description: "the description" },
  ],
  deleteLabel: [{ ...here, name: "the name" }, "DELETE /repos/octo/hello/labels/the%20name"],
  listIssueLabels: [
    { ...here, issueNumber: 7, ...paged },
    "GET /repos/octo/hello/issues/7/labels?per_page=50&page=2",
  ],
  addLabels: [
    { ...here, issueNumber: 7, labels: ["labels-1", "labels-2"] },
    "POST /repos/octo/hello/issues/7/labels",
    { labels: ["labels-1", "labels-2"] },
  ],
  setLabels: [
    { ...here, issueNumber: 7, labels: ["labels-1", "labels-2"] },
    "PUT /repos/octo/hello/issues/7/labels",
    { labels: ["labels-1", "labels-2"] },
  ],
  removeLabel: [
    { ...here, issueNumber: 7, name: "the name" },
    "DELETE /repos/octo/hello/issues/7/labels/the%20name",
  ],
  listMilestones: [
    { ...here, state: "all", sort: "completeness", direction: "desc", ...paged },
    "GET /repos/octo/hello/milestones?state=all&sort=completeness&direction=desc&per_page=50&page=2",
  ],
  getMilestone: [{ ...here, milestoneNumber: 7 }, "GET /repos/octo/hello/milestones/7"],
  createMilestone: [
    { ...here, title: "the title", description: "the description", dueOn: "the due on", state: "closed" },
    "POST /repos/octo/hello/milestones",
    { title: "the title", description: "the description", due_on: "the due on", state: "closed" },
  ],
  updateMilestone: [
    {
      ...here,
      milestoneNumber: 7,
      title: "the title",
      description: "the description",
      dueOn: "the due on",
      state: "closed",
    },
    "PATCH /repos/octo/hello/milestones/7",
    { title: "the title", description: "the description", due_on: "the due on", state: "closed" },
  ],
  deleteMilestone: [{ ...here, milestoneNumber: 7 }, "DELETE /repos/octo/hello/milestones/7"],
};

describeCalls(samples);
