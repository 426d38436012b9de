import { entry } from "./entry.ts";

/** What a request to the API can be told. */
export const requestsErrors = () => ({
  // Requests
  ROUTE_NOT_FOUND: entry(404, "caller", "No route has this path.", "Check the path against openapi.json."),
  METHOD_NOT_ALLOWED: entry(
    405,
    "caller",
    "The path exists, the method does not.",
    "Use a method of the `Allow` header.",
  ),
  INPUT_INVALID: entry(
    400,
    "caller",
    "The request does not have the shape that the route takes.",
    "Correct the fields that the message names.",
  ),
  BODY_TOO_LARGE: entry(
    413,
    "caller",
    "The body is larger than the limit.",
    "Send less, or send a reference to the data.",
  ),
  BODY_NOT_JSON: entry(
    400,
    "caller",
    "The body should be JSON and is not.",
    "Send valid JSON with `Content-Type: application/json`.",
  ),
  ORIGIN_REFUSED: entry(
    403,
    "caller",
    "A browser sent this from another origin.",
    "Use the dashboard's own address, or set FLOWW_PUBLIC_URL to the address people use.",
  ),
  RATE_LIMITED: entry(
    429,
    "caller",
    "Too many requests in a short time.",
    "Wait for the seconds in `Retry-After`, then try again.",
  ),
  // Who, and may they
  UNAUTHENTICATED: entry(
    401,
    "caller",
    "The request has no valid sign-in.",
    "Run `floww login`, or set FLOWW_TOKEN to a service account's key.",
  ),
  FORBIDDEN: entry(
    403,
    "caller",
    "You are signed in, but your role does not allow this.",
    "Ask an owner of the organization for a role that does.",
  ),
  LOGIN_FAILED: entry(
    401,
    "caller",
    "E-mail or password is wrong.",
    "Try again; after several failures wait as long as `Retry-After` says.",
  ),
  SIGN_IN_EXPIRED: entry(
    400,
    "caller",
    "This sign-in was not begun in this browser, or too long ago.",
    "Open the sign-in page again, and finish within ten minutes in the same browser.",
  ),
  SIGN_IN_REFUSED: entry(
    401,
    "caller",
    "The identity provider did not prove who you are.",
    "Open the sign-in page again; when it goes on, ask whoever runs this server to look at its identity provider.",
  ),
  ACCOUNT_UNKNOWN: entry(
    403,
    "caller",
    "The identity provider knows you, but there is no account for you here.",
    "Ask an owner of the organization for an invitation, and open its link.",
  ),
  PASSKEYS_OFF: entry(
    403,
    "caller",
    "This server takes no passkeys.",
    "They need a name over https, or localhost: set FLOWW_PUBLIC_URL to it. Where an identity provider signs people in, it has them.",
  ),
  PASSKEY_INVALID: entry(
    400,
    "caller",
    "The passkey is not what was asked for.",
    "Begin again, with an authenticator that asks for a fingerprint, a face or a PIN.",
  ),
  ACCOUNT_BLOCKED: entry(
    403,
    "caller",
    "An administrator of this server has blocked this account.",
    "Ask whoever runs this server.",
  ),
  PASSWORDS_OFF: entry(
    403,
    "caller",
    "This server signs people in by an identity provider: passwords are not taken.",
    "Open /login in a browser.",
  ),
  IDENTITY_UNAVAILABLE: entry(
    503,
    "outside",
    "The identity provider does not answer as it should.",
    "Try again in a moment; whoever runs this server finds the cause in its log.",
  ),
  SETUP_LINK_INVALID: entry(
    403,
    "caller",
    "The one-time link was used or is not the one in force.",
    "Start the server again to print a new link while no account exists.",
  ),
  INVITATION_INVALID: entry(
    403,
    "caller",
    "The invitation was used, revoked or is past its time, or it is for another e-mail address.",
    "Ask whoever invited you for a new link.",
  ),
  TOKEN_EXPIRED: entry(
    401,
    "caller",
    "The token's time is over.",
    "Ask for a new one; an execution's token ends with the execution.",
  ),
  // Things
  NOT_FOUND: entry(
    404,
    "caller",
    "There is no such thing in this namespace.",
    "List what exists, for example with `floww list workflows`.",
  ),
  NAME_TAKEN: entry(409, "caller", "Something of that kind already has this name.", "Choose another name."),
  NAME_INVALID: entry(
    400,
    "caller",
    "The name cannot be used.",
    "Use 1 to 63 letters, digits, `-`, `_` or `.`, beginning with a letter or digit.",
  ),
  STATE_CONFLICT: entry(
    409,
    "caller",
    "The thing is not in a state that allows this.",
    "Look at its state, then try what that state allows.",
  ),
  CONFLICT_RETRY: entry(
    409,
    "outside",
    "Somebody else changed the same thing at the same moment.",
    "Try again.",
  ),
});
