import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runCli } from "./cli-runner.ts";

const home = tmpdir();
const main = fileURLToPath(new URL("../../apps/cli/main.ts", import.meta.url));

test("help shows the commands, the exit codes and the variables", async () => {
  const { stdout, exitCode } = await runCli(main, ["--help"], { home });
  expect(stdout).toMatchInlineSnapshot(`
    "Usage: floww [options] [command]

    Workflow automation in TypeScript.

    Options:
      -v, --version       print the version
      -h, --help          show this

    Commands:
      init [dir]          Make a new project: a workflow with a webhook, a schedule
                          and a manual trigger.
      dev [file]          Run the workflow on this machine, with real events; a save
                          takes over when its code works.
      test [files]        Run the workflow's tests: every *.test.ts here, by Node's
                          own test runner.
      deploy [folder]     Bundle the workflow, prove it on the server, and make it
                          live.
      trigger <name>      Run a manual trigger, of the active version or in your dev
                          session.
      executions          See what ran.
      deliveries          See what came in.
      logs [execution]    Show what handlers logged.
      replay [id]         Run a recorded event again: one execution or delivery, or
                          all that fit a filter.
      replays             See and end replays of many.
      rollback [version]  Make an earlier version live: the one named, else the one
                          before. Twice toggles.
      pause               Keep a workflow's events for later; callers that wait for
                          an answer get 503.
      resume              Run what was kept while a workflow was paused, and all
                          that comes.
      approvals           Answer what runs ask.
      events              Send events to runs that wait for them.
      pull [workflow]     Bring the source of a workflow's live version into a
                          folder.
      list                List what there is.
      login               Sign in to a server, by approving a code in your browser.
      logout              End this machine's sign-in, here and on the server.
      whoami              Say who you are, on which server, and why.
      namespace           Choose the namespace that commands work in.
      providers           Configure the services that workflows use: their accounts
                          and credentials.
      manage              Go through what there is, and change it, question by
                          question.
      secrets             Set the secrets of a namespace.
      env                 Set a deployed workflow's variables; in dev they come from
                          .env.
      config              See and change settings.
      open                Print the server's address, and open it in the browser.
      server              Run the server on this machine, or stop it.
      doctor [folder]     Look for the usual problems, and say how to solve each.
      completion <shell>  Print a script that completes commands in your shell:
                          bash, zsh, fish.

    \`floww <command> --help\` shows a command's options and an example.

    Exit codes:
      0  it worked
      1  it went wrong, or the run that was waited for did
      2  it was asked for wrongly: an option, a name, a file
      3  not signed in
      4  the server could not be reached
      5  a provider or a secret that the workflow uses is not configured

    Environment:
      FLOWW_TOKEN       a service account's key, for CI; wins over a sign-in
      FLOWW_SERVER      address of the server
      FLOWW_NAMESPACE   namespace by name or id
      FLOWW_HOME        state folder of a server on this machine (default ~/.floww)
      FLOWW_DEBUG       set to 1 to see the stack traces of unexpected errors
    "
  `);
  expect(exitCode).toBe(0);
});

test("the help of a new project and of its dev loop", async () => {
  expect((await runCli(main, ["init", "--help"], { home })).stdout).toMatchInlineSnapshot(`
    "Usage: floww init [options] [dir]

    Make a new project: a workflow with a webhook, a schedule and a manual trigger.

    Options:
      --name <name>         name of the workflow (default with --yes: the folder's)
      --namespace <name>    make the workflow there (default: where commands work);
                            needs a server
      --description <text>  what it is for
      --yes                 take every default
      --force               write into a folder that is not empty, over files of the
                            same names
      --no-install          leave \`npm install\` to you
      --json                print JSON
      -h, --help            show this

    Example:
      floww init hello --name hello --namespace staging --yes
    "
  `);
  expect((await runCli(main, ["dev", "--help"], { home })).stdout).toMatchInlineSnapshot(`
    "Usage: floww dev [options] [file]

    Run the workflow on this machine, with real events; a save takes over when its
    code works.

    Options:
      --debug              open an inspector for breakpoints; runs have no deadline
                           then
      --debug-port <port>  the same, at this port (default 9229; 0 for any that is
                           free)
      --tap                also run a copy of each event that the live version gets;
                           its answer goes nowhere
      --port <port>        port of the server that it starts on this machine
                           (default 4400; 0 for any that is free)
      --host <address>     where that server listens (default 127.0.0.1)
      --yes                create the workflow without asking when it does not exist
      -h, --help           show this

    Example:
      floww dev --debug --port 4500
    "
  `);
});

test("the help of providers shows how a script configures one", async () => {
  expect((await runCli(main, ["providers", "--help"], { home })).stdout).toMatchInlineSnapshot(`
    "Usage: floww providers [options] [command]

    Configure the services that workflows use: their accounts and credentials.

    Options:
      -h, --help     show this

    Commands:
      set <type>     Configure a provider, or change some of its fields and keep the
                     others. Asks at a terminal; else takes the secret fields as a
                     JSON object from stdin. The credential is tried first.
      list           List the configured providers: account, health, webhooks, who
                     uses them.
      types          List the services that can be configured, with the fields of
                     each.
      check <type>   Try the credential and the webhooks at the service, and repair
                     what drifted. Exits with 1 when it fails.
      delete <type>  Delete a provider and its webhooks at the service; calls
                     through it fail from then on.
    "
  `);
  expect((await runCli(main, ["providers", "set", "--help"], { home })).stdout).toMatchInlineSnapshot(`
    "Usage: floww providers set [options] <type>

    Configure a provider, or change some of its fields and keep the others. Asks at
    a terminal; else takes the secret fields as a JSON object from stdin. The
    credential is tried first.

    Options:
      --alias <alias>       which of several providers of the type (default:
                            default)
      --field <name=value>  a field that is no secret; may be given several times
      --json                print JSON
      -h, --help            show this

    Example:
      floww providers set slack --alias team < secrets.json
    "
  `);
  expect((await runCli(main, ["manage", "--help"], { home })).stdout).toMatchInlineSnapshot(`
    "Usage: floww manage [options] [command]

    Go through what there is, and change it, question by question.

    Options:
      -h, --help  show this

    Commands:
      providers   Show the configured providers, and configure or change one,
                  question by question.
    "
  `);
});

test("the help of a command ends with a line to paste", async () => {
  expect((await runCli(main, ["trigger", "--help"], { home })).stdout).toMatchInlineSnapshot(`
    "Usage: floww trigger [options] <name>

    Run a manual trigger, of the active version or in your dev session.

    Options:
      -d, --data <json>      input: JSON, @file, or - for stdin
      --local                run it in your running \`floww dev\`, breakpoints and
                             all, and not on the server
      --wait                 wait for the end; print what was returned, exit with 1
                             when the run failed
      -w, --workflow <name>  workflow by name or id (default: the one of the
                             floww.yaml here)
      --json                 print JSON
      -h, --help             show this

    Example:
      floww trigger greet --data '{"name":"Ada"}' --wait
    "
  `);
  expect((await runCli(main, ["executions", "--help"], { home })).stdout).toMatchInlineSnapshot(`
    "Usage: floww executions [options] [command]

    See what ran.

    Options:
      -h, --help  show this

    Commands:
      list        List what ran, newest first.
      show <id>   Show one execution: input, output, error, steps and logs.
    "
  `);
});
