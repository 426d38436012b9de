import { entry } from "./entry.ts";

/** From building a bundle to making it live. */
export const bundlesErrors = () => ({
  // Bundles
  BUNDLE_INVALID: entry(
    400,
    "caller",
    "The uploaded bundle does not have the hash it was announced with.",
    "Run `floww deploy` again.",
  ),
  BUNDLE_TOO_LARGE: entry(
    413,
    "caller",
    "The bundle is larger than the limit.",
    "Import less, or list large dependencies under `external` in floww.yaml.",
  ),
  BUNDLE_MISSING: entry(
    409,
    "caller",
    "The deployment names a bundle that was never uploaded.",
    "Upload the bundle first; `floww deploy` does.",
  ),
  SOURCE_UNREADABLE: entry(
    409,
    "caller",
    "The source of this version cannot be read out of its source map.",
    "Deploy again from where the source is, with `floww deploy`.",
  ),
  BUILD_FAILED: entry(
    400,
    "user-code",
    "The workflow's code could not be bundled.",
    "Correct the place that the message names.",
  ),
  IMPORT_FAILED: entry(
    422,
    "user-code",
    "The workflow's top-level code threw an error.",
    "Correct the line that the message names; the old version stays live.",
  ),
  ENUMERATE_TIMEOUT: entry(
    422,
    "user-code",
    "The workflow's top-level code did not finish in time.",
    "Move slow work into a handler; top-level code should only declare.",
  ),
  TOP_LEVEL_CALL: entry(
    422,
    "user-code",
    "Top-level code asked for a secret, a store or a provider's action.",
    "Move the call into a handler.",
  ),
  NO_TRIGGERS: entry(
    422,
    "user-code",
    "The workflow declares no trigger.",
    "Add one, for example `new Builtin().triggers.onWebhook({ handler })`.",
  ),
  MANIFEST_INVALID: entry(
    422,
    "user-code",
    "The workflow's declarations cannot be used.",
    "Correct the fields that the message names.",
  ),
  MANIFEST_MISMATCH: entry(
    422,
    "user-code",
    "The bundle declared something else on the server than on your machine.",
    "Do not declare triggers depending on the environment, time or chance.",
  ),
  HANDLER_ID_TAKEN: entry(
    422,
    "user-code",
    "Two triggers have the same explicit id.",
    "Give each trigger an id of its own.",
  ),
  TRIGGER_TAKEN: entry(
    422,
    "user-code",
    "Two handlers listen for the same method and path, or have one name.",
    "Change the method, path or name of one of them.",
  ),
  CRON_INVALID: entry(
    422,
    "user-code",
    "The cron expression or its time zone is not valid.",
    "Use five fields, or six with seconds first, and an IANA time zone.",
  ),
  CRON_NEVER_FIRES: entry(
    422,
    "user-code",
    "The cron expression never comes true.",
    "Check day and month; 30 February does not come.",
  ),
  ABI_UNKNOWN: entry(
    422,
    "user-code",
    "The bundle was built against a bundle ABI that this server does not know.",
    "Update the server, or use the `floww` version that it was released with.",
  ),
  SECRET_MISSING: entry(
    422,
    "user-code",
    "The workflow uses a secret that is not set.",
    "Run `floww secrets set`, then try again.",
  ),
});
