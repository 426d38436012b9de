import { z } from "zod";
import type { VendorTrigger } from "../../provider-server.ts";
import type { TRIGGER_EVENTS } from "../matches.ts";

/** GitHub's own grammar of accounts and repositories, so that a target is always two plain segments of a path. */
const owner = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9_])?$/, "is no GitHub account");
const repository = z
  .string()
  .regex(
    /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/,
    "is the repository's name without its owner: hello, not octo/hello",
  );

const place = { owner, repository };
const actions = z
  .array(z.string().regex(/^[a-z_]{1,100}$/))
  .min(1)
  .max(50)
  .optional();
/** GitHub takes refs up to 255 bytes. */
const branch = z.string().min(1).max(255).optional();
const events = z
  .array(z.string().regex(/^[a-z][a-z0-9_]{0,99}$/))
  .min(1)
  .max(100);

const ofPlace = vendorTrigger(z.strictObject(place));
const ofActions = vendorTrigger(z.strictObject({ ...place, actions }));

export const triggers: Record<keyof typeof TRIGGER_EVENTS | "onEvent", VendorTrigger> = {
  onPush: vendorTrigger(z.strictObject({ ...place, branch })),
  onPullRequest: ofActions,
  onPullRequestReview: ofActions,
  onPullRequestReviewComment: ofActions,
  onIssue: ofActions,
  onIssueComment: ofActions,
  onRelease: ofActions,
  onCreate: ofPlace,
  onDelete: ofPlace,
  onFork: ofPlace,
  onStar: ofActions,
  onWorkflowRun: ofActions,
  onCheckRun: ofActions,
  onDeployment: ofPlace,
  onEvent: vendorTrigger(z.strictObject({ ...place, events })),
};

/** GitHub waits ten seconds and shows nobody the answer: it gets 2xx once the event is recorded. */
function vendorTrigger(input: z.ZodObject): VendorTrigger {
  return { input, response: "ack" };
}
