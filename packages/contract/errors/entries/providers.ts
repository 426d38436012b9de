import { entry } from "./entry.ts";

/** Providers: outside services, their credentials, calls and events. */
export const providersErrors = () => ({
  // Providers
  PROVIDER_MISSING: entry(
    422,
    "user-code",
    "The workflow uses a provider that is not configured in this namespace.",
    "Configure it: `floww providers set <type>`.",
  ),
  PROVIDER_TYPE_UNKNOWN: entry(
    422,
    "caller",
    "This server knows no provider of this type.",
    "Check the spelling, or update the server.",
  ),
  PROVIDER_FIELDS_INVALID: entry(
    400,
    "caller",
    "A set-up field of the provider is missing, unknown or not well-formed.",
    "Correct the fields that the message names.",
  ),
  PROVIDER_CREDENTIAL_REFUSED: entry(
    422,
    "caller",
    "The service does not accept the credential.",
    "Make a new one at the service, with the rights that the set-up names, and configure the provider again.",
  ),
  PROVIDER_IN_USE: entry(
    409,
    "caller",
    "Active workflows use the provider.",
    "Deploy them without it first, or delete it with `--force`; their calls then fail.",
  ),
  PROVIDER_UNDECLARED: entry(
    403,
    "user-code",
    "The provider is not one that the deployed version uses.",
    "Create it at the top level of the workflow, for example `const github = new GitHub()`, then deploy.",
  ),
  PROVIDER_CALL_REFUSED: entry(
    403,
    "user-code",
    "The provider's credential is not sent to this address.",
    "Call the service's own API through the provider, and other addresses with `fetch`.",
  ),
  PROVIDER_UNREACHABLE: entry(
    502,
    "outside",
    "The service could not be reached.",
    "Try again later; check the address when it is one of your own.",
  ),
  REGISTRATION_FAILED: entry(
    502,
    "outside",
    "The webhook could not be created at the service.",
    "Give the credential the right to manage webhooks, then deploy again; the old version stays live.",
  ),
  // Events
  SIGNATURE_INVALID: entry(
    401,
    "caller",
    "The request is not signed, or not with the right secret.",
    "Send it from the service itself; check the signing secret of the provider.",
  ),
  WEBHOOK_UNAUTHENTICATED: entry(
    401,
    "caller",
    "The request does not prove that its sender may call this webhook.",
    "Send what the webhook's `auth` asks for: a token, a password or a signature.",
  ),
  IDEMPOTENCY_KEY_REUSED: entry(
    422,
    "caller",
    "The idempotency key was used before with another body.",
    "Use a new key for a new request.",
  ),
});
