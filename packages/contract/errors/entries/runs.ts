import { entry } from "./entry.ts";

/** From an inbound event to the end of its run. */
export const runsErrors = {
  // Webhooks
  WEBHOOK_NOT_FOUND: entry(
    404,
    "caller",
    "No webhook has this address and method.",
    "Check method, path and key; `floww list workflows` prints the URLs.",
  ),
  WEBHOOK_PAUSED: entry(
    503,
    "caller",
    "The workflow is paused.",
    "Resume it, or wait; the request was kept.",
  ),
  WEBHOOK_INPUT_INVALID: entry(
    400,
    "caller",
    "The body does not have the shape that the workflow's schema asks for.",
    "Correct the fields that the answer lists.",
  ),
  DUPLICATE_MISMATCH: entry(
    422,
    "caller",
    "The idempotency key was used before with another body.",
    "Use a new key for a new request.",
  ),
  QUEUE_FULL: entry(
    503,
    "outside",
    "More work is waiting than the limit allows.",
    "Try again after the seconds in `Retry-After`.",
  ),
  // Runs
  USER_ERROR: entry(
    500,
    "user-code",
    "The handler threw an error.",
    "See the execution for the error, its source line and the logs.",
  ),
  RUN_TIMED_OUT: entry(
    504,
    "user-code",
    "The run was ended at its deadline.",
    "Make the handler faster, or raise the trigger's `timeout`.",
  ),
  CALLER_TIMED_OUT: entry(
    504,
    "user-code",
    "The handler gave no answer in time; the run goes on.",
    'Answer early with `ctx.respond`, or use `response: "ack"`.',
  ),
  RUN_CANCELLED: entry(
    500,
    "user-code",
    "The run was cancelled.",
    "Replay it if it should happen after all.",
  ),
  PROCESS_EXITED: entry(
    500,
    "user-code",
    "The handler ended its process.",
    "Do not call `process.exit` in a handler; return or throw instead.",
  ),
  PROCESS_CRASHED: entry(
    500,
    "user-code",
    "The process that ran the handler died.",
    "See the last log lines; a native addon or lack of memory are the usual causes.",
  ),
  OUT_OF_MEMORY: entry(
    500,
    "user-code",
    "The process used more memory than it may.",
    "Work in smaller pieces, or raise the memory limit.",
  ),
  UNCAUGHT_ERROR: entry(
    500,
    "user-code",
    "An error was thrown, or a promise rejected, that nobody waited for.",
    "Await or catch it inside the handler.",
  ),
  LOOP_BLOCKED: entry(
    504,
    "user-code",
    "The handler blocked its process past the deadline.",
    "Do long computing in pieces or in a worker thread.",
  ),
  INTERRUPTED: entry(
    503,
    "outside",
    "The run was cut off by something that was not its fault.",
    "Replay it; set `retries` to have that done for you.",
  ),
  RUN_STALLED: entry(
    500,
    "user-code",
    "The run said that it waits, and its journal has nothing to wait for.",
    "Await what `ctx.sleep`, `ctx.waitFor` and `ctx.invoke` return, and update `floww`.",
  ),
  RUN_EXPIRED: entry(
    503,
    "user-code",
    "The event waited longer than its trigger's `ttl` allows.",
    "Replay it if it should happen after all; raise `ttl` or the trigger's limits.",
  ),
  RUN_FATAL: entry(
    500,
    "user-code",
    "The handler threw an error that says not to try again.",
    "See the execution for the error and its cause.",
  ),
  STEP_FAILED: entry(
    500,
    "user-code",
    "A step failed on its last attempt.",
    "See the step's error; raise the step's `retries`, or catch the error.",
  ),
  STEP_ORDER_CHANGED: entry(
    500,
    "user-code",
    "The handler asked for other steps than in its earlier start.",
    "Let steps depend only on the event and on results of earlier steps; put clocks, random numbers and outside reads into steps.",
  ),
  STEP_INVALID: entry(
    500,
    "user-code",
    "A step cannot be used like this.",
    "Name steps with 1 to 256 characters, and do not start one inside another.",
  ),
  JOURNAL_FULL: entry(
    500,
    "user-code",
    "The run's journal holds as much as it may.",
    "Keep big values outside and journal their address; split the work with `ctx.invoke`.",
  ),
  WAIT_TIMED_OUT: entry(
    500,
    "user-code",
    "What the run waited for did not come in time.",
    "Catch this error where that is to be expected, or raise `timeout`.",
  ),
  CHILD_FAILED: entry(
    500,
    "user-code",
    "A run that this run invoked did not complete.",
    "See the execution named in the message.",
  ),
  ANSWER_INVALID: entry(
    500,
    "user-code",
    "What the handler returned cannot be sent as an answer.",
    "Return JSON data, a Response, or nothing.",
  ),
  ANSWER_TOO_LARGE: entry(
    500,
    "user-code",
    "What the handler returned is larger than the limit.",
    "Return a streaming Response, or a link to the data.",
  ),
  ALREADY_ANSWERED: entry(
    500,
    "user-code",
    "`ctx.respond` was called after the caller had its answer.",
    "Answer once.",
  ),
  NO_EXECUTOR: entry(
    500,
    "user-code",
    "Workflow code was called outside of Floww.",
    "Run it with `floww dev`, or test it with `floww/testing`.",
  ),
  EGRESS_REFUSED: entry(
    403,
    "user-code",
    "The workflow tried to reach an address that is not on the public internet.",
    "Use an address that everyone can reach; private networks and this machine are closed to workflows.",
  ),
  OPERATION_UNKNOWN: entry(
    500,
    "user-code",
    "The SDK asked for something that this executor does not offer.",
    "Update the server, or use an older `floww`.",
  ),
};
