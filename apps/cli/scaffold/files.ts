import { stringify } from "yaml";

export interface ScaffoldOptions {
  name: string;
  description: string | undefined;
  /** What `dependencies` say: the floww that this project was made with. */
  floww: string;
  /** The same for the embedded server; undefined leaves it out. */
  server: string | undefined;
}

/** Versions that a new project starts with; a test holds them to the ones this repository is checked with. */
export const scaffoldVersions = { typescript: "7.0.2", "@types/node": "24.19.2" };

/** Every file of a new project by its path. */
export function scaffoldFiles(options: ScaffoldOptions): Record<string, string> {
  return {
    "main.ts": MAIN,
    "main.test.ts": TEST,
    "floww.yaml": projectFile(options),
    "package.json": `${JSON.stringify(packageFile(options), null, 2)}\n`,
    "tsconfig.json": `${JSON.stringify(TSCONFIG, null, 2)}\n`,
    ".gitignore": "node_modules/\n.floww/\n.env\n",
  };
}

const MAIN = `import { Builtin } from "floww";

// A workflow is this file: it says what it listens for, and what happens then.
// \`npx floww deploy\` makes it live and prints its addresses.
const builtin = new Builtin();

// A webhook. What the handler returns is the caller's answer.
export const hello = builtin.triggers.onWebhook<{ name?: string }>({
  path: "/hello",
  handler: (ctx, event) => {
    const name = event.body?.name ?? "world";
    ctx.logger.info(\`greeting \${name}\`); // seen with \`npx floww logs -f\`
    return { message: \`Hello, \${name}!\` };
  },
});

// A schedule: minute, hour, day of the month, month, day of the week.
builtin.triggers.onCron({
  expression: "0 9 * * 1-5",
  timezone: "UTC",
  handler: (ctx, event) => {
    ctx.logger.info(\`good morning, as planned for \${event.scheduledTime.toISOString()}\`);
  },
});

// By hand: npx floww trigger greet --data '{"name":"Ada"}' --wait
export const greet = builtin.triggers.onManual<{ name?: string } | undefined>({
  name: "greet",
  description: "Greets somebody.",
  handler: (_ctx, event) => ({ message: \`Hello, \${event.input_data?.name ?? "world"}!\` }),
});
`;

const TEST = `import assert from "node:assert/strict";
import { test } from "node:test";
import "floww/testing"; // handlers run right here: no server, stores and secrets in memory
import { greet, hello } from "./main.ts";

// Run with \`npm test\`.
test("the webhook greets whoever is named", async () => {
  const { response } = await hello.invoke({ body: { name: "Ada" } });
  assert.deepEqual(response, { status: 200, body: { message: "Hello, Ada!" } });
});

test("started by hand without a name, it greets the world", async () => {
  const { response } = await greet.invoke();
  assert.deepEqual(response?.body, { message: "Hello, world!" });
});
`;

export interface ProjectFileFields {
  name: string;
  description?: string | undefined;
  entrypoint?: string;
  workflowId?: string;
}

/** The text of a floww.yaml. */
export function projectFile({
  name,
  description,
  entrypoint = "main.ts",
  workflowId,
}: ProjectFileFields): string {
  const about = description === undefined ? "" : stringify({ description });
  const id = workflowId === undefined ? "" : stringify({ workflowId });
  return `# What the workflow is called on the server.\n${stringify({ name })}${about}# Where its code begins.\n${stringify({ entrypoint })}${id}`;
}

function packageFile({ name, floww, server }: ScaffoldOptions) {
  return {
    name: name.toLowerCase(),
    private: true,
    type: "module",
    scripts: { dev: "floww dev", test: "floww test", deploy: "floww deploy", types: "tsc" },
    dependencies: { floww },
    devDependencies: { ...(server === undefined ? {} : { "@floww/server": server }), ...scaffoldVersions },
  };
}

const TSCONFIG = {
  compilerOptions: {
    target: "es2024",
    module: "nodenext",
    types: ["node"],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    verbatimModuleSyntax: true,
  },
  include: ["**/*.ts"],
};
