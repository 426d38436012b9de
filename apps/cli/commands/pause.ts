import { type Command, type CommandCall, jsonOption, textOf, workflowOption } from "../command.ts";
import { getWorkflow } from "../project/find-workflow.ts";
import { openSession } from "../session.ts";

export const pause: Command = {
  usage: "pause",
  summary: "Keep a workflow's events for later; callers that wait for an answer get 503.",
  example: "floww pause --workflow hello",
  options: [workflowOption, jsonOption],
  run: (call) =>
    change(call, { isPaused: true, said: "is paused. `floww resume` runs what is kept until then." }),
};

export const resume: Command = {
  usage: "resume",
  summary: "Run what was kept while a workflow was paused, and all that comes.",
  example: "floww resume --workflow hello",
  options: [workflowOption, jsonOption],
  run: (call) =>
    change(call, {
      isPaused: false,
      said: "runs again. What callers were refused is replayed with `floww replay --verdict paused`.",
    }),
};

async function change(
  { options, environment, terminal }: CommandCall,
  { isPaused, said }: { isPaused: boolean; said: string },
): Promise<void> {
  const session = await openSession(environment);
  const { id, name } = await getWorkflow(session, textOf(options, "workflow"));
  const params = { namespaceId: session.namespace.id, workflowId: id };
  const { client } = session;
  const changed = await (isPaused ? client.pauseWorkflow({ params }) : client.resumeWorkflow({ params }));
  for (const warning of changed.warnings) terminal.note(warning);
  if (options.json === true) terminal.json(changed);
  else terminal.note(`${name} ${said}`);
}
