import type { Octokit } from "@octokit/rest";
import { type Answer, ask, type Direction, type InRepository, type Paged, type State, tell } from "./ask.ts";

export const milestoneActions = {
  listMilestones: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      state,
      sort,
      direction,
      perPage: per_page,
      page,
    }: InRepository & Paged & { state?: State; sort?: "due_on" | "completeness"; direction?: Direction },
  ): Answer<"issues", "listMilestones"> =>
    ask(octokit, "issues", "listMilestones", { owner, repo, state, sort, direction, per_page, page }),
  getMilestone: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      milestoneNumber: milestone_number,
    }: InRepository & { milestoneNumber: number },
  ): Answer<"issues", "getMilestone"> =>
    ask(octokit, "issues", "getMilestone", { owner, repo, milestone_number }),
  createMilestone: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      title,
      description,
      dueOn: due_on,
      state,
    }: InRepository & { title: string; description?: string; dueOn?: string; state?: "open" | "closed" },
  ): Answer<"issues", "createMilestone"> =>
    ask(octokit, "issues", "createMilestone", { owner, repo, title, description, due_on, state }),
  updateMilestone: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      milestoneNumber: milestone_number,
      title,
      description,
      dueOn: due_on,
      state,
    }: InRepository & {
      milestoneNumber: number;
      title?: string;
      description?: string;
      dueOn?: string;
      state?: "open" | "closed";
    },
  ): Answer<"issues", "updateMilestone"> =>
    ask(octokit, "issues", "updateMilestone", {
      owner,
      repo,
      milestone_number,
      title,
      description,
      due_on,
      state,
    }),
  deleteMilestone: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      milestoneNumber: milestone_number,
    }: InRepository & { milestoneNumber: number },
  ): Promise<void> => tell(octokit, "issues", "deleteMilestone", { owner, repo, milestone_number }),
};
