import { join } from "node:path";
import type { FlowwServer } from "../programs.ts";
import type { Row } from "../row.ts";
import { deployTime } from "./deploy-time.ts";
import { devSave } from "./dev-save.ts";
import { executions } from "./executions.ts";
import { fairStart } from "./fair-start.ts";
import { firstAnswer } from "./first-answer.ts";
import { idleMemory } from "./idle-memory.ts";
import { journalStep } from "./journal-step.ts";
import { routeMatch } from "./route-match.ts";
import { runtimeImage } from "./runtime-image.ts";
import { warmWebhook } from "./warm-webhook.ts";

interface Bench {
  name: string;
  summary: string;
  /** Some take a smaller amount for a quick look. */
  measure(server: FlowwServer, options: { executions: number }): Promise<readonly Row[]>;
}

const workflow = join(import.meta.dirname, "../workflow");

/** In the order in which they are measured: an idle server is one that has done nothing yet. */
export const benches: readonly Bench[] = [
  {
    name: "idle-memory",
    summary: "what a server holds that has nothing to do",
    measure: async (server) => [await idleMemory(server)],
  },
  {
    name: "deploy",
    summary: "`floww deploy`, from its start until the code is live",
    measure: async (server) => [await deployTime(server)],
  },
  {
    name: "first-answer",
    summary: "the first answer after a deploy, with a spare process and without",
    measure: (server) => firstAnswer(server, workflow),
  },
  {
    name: "runtime-image",
    summary: "a runtime image with 60 MB of dependencies: built, pushed, and pushed again",
    measure: runtimeImage,
  },
  {
    name: "dev-save",
    summary: "`floww dev`, from a save until the new code answers",
    measure: async (server) => [await devSave(server)],
  },
  {
    name: "warm-webhook",
    summary: "requests a second, beside the program that keeps the same promise by hand",
    measure: async (server) => warmWebhook(server, await deployed(server, "/hello")),
  },
  {
    name: "journal-step",
    summary: "a durable step beside a committed insert",
    measure: async (server) => [await journalStep(server, await deployed(server, "/steps"))],
  },
  {
    name: "fair-start",
    summary: "one tenant's events while another has 100,000 queued",
    measure: async (server) => fairStart(server, await deployed(server, "/hello")),
  },
  {
    name: "route-match",
    summary: "a look-up among a million routes",
    measure: async () => [routeMatch()],
  },
  {
    name: "executions",
    summary: "lists and statistics over 10,000,000 executions (--executions <n> for fewer)",
    measure: async (server, options) => {
      await deployed(server, "/hello");
      return executions(server, options.executions);
    },
  },
];

/** The workflow that is measured, live; the address of one of its triggers. */
async function deployed(server: FlowwServer, path: string): Promise<string> {
  const { triggers } = JSON.parse(await server.cli(["deploy", workflow, "--yes", "--json"])) as {
    triggers: { url: string }[];
  };
  return triggers.find(({ url }) => url.endsWith(path))!.url;
}
