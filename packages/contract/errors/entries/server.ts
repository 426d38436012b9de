import { entry } from "./entry.ts";

/** Outages, and what keeps a server from starting. */
export const serverErrors = {
  // Outages
  DATABASE_UNAVAILABLE: entry(
    503,
    "ours",
    "The database did not take the write.",
    "Try again; nothing was acknowledged.",
  ),
  QUERY_TOO_SLOW: entry(
    503,
    "ours",
    "What was asked for takes the database longer than it may.",
    "Ask for less: one workflow, one status, a shorter time. Just after an upgrade try again in some minutes: statistics are being counted.",
  ),
  RUNTIME_UNAVAILABLE: entry(
    503,
    "ours",
    "No process could be started to run the workflow.",
    "Try again; see the server's log.",
  ),
  RUNTIME_NOT_OFFERED: entry(
    400,
    "caller",
    "This server does not run workflows there, or not with these settings.",
    "Leave `runtime` out of floww.yaml, or name a driver that the server offers.",
  ),
  LAMBDA_FUNCTION_FAILED: entry(
    502,
    "outside",
    "AWS Lambda could not make the function that the workflow should run in.",
    "The message has AWS's own reason: most often the image, the role, or a limit of the account.",
  ),
  LAMBDA_EVENT_TOO_LARGE: entry(
    413,
    "caller",
    "The event is larger than AWS Lambda takes.",
    "Send less in one event: an event on AWS Lambda, its body as base64 and the workflow's variables, must stay below 6 MB.",
  ),
  SERVER_STOPPING: entry(503, "outside", "The server is shutting down.", "Try again in a moment."),
  FRAME_INVALID: entry(
    500,
    "user-code",
    "A process broke the frame protocol.",
    "Do not write to file descriptor 3 in a workflow.",
  ),
  INTERNAL: entry(
    500,
    "ours",
    "Something went wrong inside Floww.",
    "Try again; report it with the request id if it stays.",
  ),
  REALTIME_PUBLICATION_INVALID: entry(
    500,
    "ours",
    "A realtime publication cannot be sent as it is.",
    "Publish an id and a kind, and let whoever hears it ask the API.",
  ),
  REALTIME_OVERLOADED: entry(
    503,
    "ours",
    "Too many realtime publications wait to be handed on.",
    "Try again; what was not published can be read from the API.",
  ),
  REALTIME_UNAVAILABLE: entry(
    503,
    "outside",
    "The realtime broker cannot be reached.",
    "Start it, or look whether its address and keys are those in FLOWW_CENTRIFUGO_*; what was not published can be read from the API.",
  ),
  CALL_UNANSWERED: entry(
    503,
    "outside",
    "The runtime could not reach the server, or its answer broke off.",
    "Try again; see whether FLOWW_PUBLIC_URL can be reached from where workflows run.",
  ),
  ARTIFACTS_UNAVAILABLE: entry(
    503,
    "outside",
    "The store of bundles and big values cannot be reached.",
    "Try again; nothing was acknowledged.",
  ),
  ARTIFACTS_REFUSED: entry(
    500,
    "ours",
    "The store of bundles and big values refuses this server.",
    "See that the bucket of FLOWW_ARTIFACTS is there, keeps versions, and lets the server do what docs/artifacts.md lists.",
  ),
  ARTIFACT_DAMAGED: entry(
    500,
    "ours",
    "What is stored is not what was put there.",
    "Restore it from a backup; look at the disk or the bucket that it lies in.",
  ),
  // Starting the server
  CONFIG_INVALID: entry(
    500,
    "caller",
    "An environment variable has a value that cannot be used.",
    "Correct the variable that the message names.",
  ),
  MASTER_KEY_INVALID: entry(
    500,
    "caller",
    "The master key of this server cannot be used.",
    "Restore `master.key` from a backup, and let nobody but the server's user read it.",
  ),
  KEYS_UNAVAILABLE: entry(
    503,
    "outside",
    "What protects this server's keys cannot be reached.",
    "Start the server again when AWS KMS answers; one that runs needs it only when keys are rotated.",
  ),
  KEYS_REFUSED: entry(
    500,
    "caller",
    "What protects this server's keys refuses it.",
    "See that the key of FLOWW_KEYS is there and enabled, and lets the server encrypt and decrypt.",
  ),
  KEYS_ELSEWHERE: entry(
    500,
    "caller",
    "The database's keys are protected in another way than FLOWW_KEYS says.",
    "Set FLOWW_KEYS back, or move the keys: see docs/keys.md.",
  ),
  KEY_NOT_TAKEN_UP: entry(
    503,
    "caller",
    "Some server has not taken up the new key, so nothing was encrypted with it.",
    "Stop the server that the message names, or bring it to this version; then rotate again, which goes on where it was.",
  ),
  SCHEMA_OTHER: entry(
    500,
    "caller",
    "The tables are of another version of Floww than this program.",
    "Use the version that made them, or a newer one; a server that starts brings its database to its own version.",
  ),
  BACKUP_INVALID: entry(
    400,
    "caller",
    "The file is no whole backup of Floww.",
    "Use another backup; nothing of this one was taken.",
  ),
  BACKUP_TARGET_TAKEN: entry(
    409,
    "caller",
    "There is something already where the backup should go.",
    "Choose an empty place: nothing is ever written over.",
  ),
  COMMAND_INVALID: entry(
    400,
    "caller",
    "The server has no such command.",
    "Run `floww-server help`; without a command it serves.",
  ),
  HOME_LOCKED: entry(
    500,
    "caller",
    "Another server is using this FLOWW_HOME.",
    "Stop it with `floww server stop`, or set another FLOWW_HOME and FLOWW_PORT.",
  ),
  ISOLATION_UNAVAILABLE: entry(
    500,
    "caller",
    "This machine cannot isolate user code in the way that FLOWW_ISOLATION asks for.",
    "Install bubblewrap (`apt-get install bubblewrap`) and allow user namespaces, or set FLOWW_ISOLATION=permission.",
  ),
  PORT_TAKEN: entry(500, "caller", "Another program listens on the port.", "Set FLOWW_PORT to a free one."),
  POSTGRES_FAILED: entry(
    500,
    "ours",
    "The embedded PostgreSQL did not start.",
    "Read the lines of its log in the message; or set DATABASE_URL to use your own.",
  ),
  POSTGRES_UNSAFE: entry(
    500,
    "caller",
    "The database is set up so that it can lose acknowledged data.",
    "Turn fsync, full_page_writes and synchronous_commit on.",
  ),
  POSTGRES_VERSION: entry(
    500,
    "caller",
    "The data was written by another major version of PostgreSQL.",
    "Migrate it with `pg_upgrade`, or start with the version that wrote it.",
  ),
};
