import { entry } from "./entry.ts";

/** What the command line says by itself, without a server. */
export const commandLineErrors = () => ({
  SERVER_UNREACHABLE: entry(
    503,
    "outside",
    "No server answered at the address.",
    "Start one with `npx floww-server`, or name another with FLOWW_SERVER.",
  ),
  PROJECT_MISSING: entry(
    400,
    "caller",
    "The folder holds no floww.yaml.",
    "Run this in a workflow's folder, or make one with `floww init`.",
  ),
  PROJECT_INVALID: entry(
    400,
    "caller",
    "floww.yaml cannot be used.",
    "Correct the field that the message names.",
  ),
  FOLDER_NOT_EMPTY: entry(
    400,
    "caller",
    "A new project needs an empty folder.",
    "Name another folder, or add --force to write into this one.",
  ),
  FILES_DIFFER: entry(
    409,
    "caller",
    "Files of the same names and another content are in the folder.",
    "Add --force to write over them, or name another folder with --output.",
  ),
  INSPECTOR_FAILED: entry(
    409,
    "caller",
    "The inspector cannot listen at its port.",
    "Name another port with --debug-port, or 0 for any that is free.",
  ),
  INSTALL_FAILED: entry(
    500,
    "outside",
    "npm could not install the project's dependencies.",
    "See npm's message above, then run `npm install` in the project's folder.",
  ),
  ANSWER_NEEDED: entry(
    400,
    "caller",
    "The command has a question, and nobody is there to answer it.",
    "Give the answer as an option; `--help` lists them.",
  ),
  TOKEN_FILE_UNSAFE: entry(
    400,
    "caller",
    "A file that holds a token can be read by others.",
    "Take their rights away with `chmod 600`, and renew the token if others use this machine.",
  ),
  SERVER_NOT_RUNNING: entry(
    400,
    "caller",
    "No server is running on this FLOWW_HOME.",
    "Start one with `npx floww-server`.",
  ),
  SERVER_STOP_FAILED: entry(
    500,
    "ours",
    "The server did not end in time.",
    "Look at its log; end its process by its id when nothing helps.",
  ),
  SERVER_NOT_INSTALLED: entry(
    500,
    "caller",
    "No server is configured, and this project has none of its own.",
    "Run `npm install --save-dev @floww/server`, or set FLOWW_SERVER to a server's address.",
  ),
});
