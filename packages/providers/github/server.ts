import { FlowwError } from "@floww/contract/errors";
import type { Fields, ProviderServer } from "../provider-server.ts";
import { type Filters, matchesGitHub } from "./matches.ts";
import { apiBase, apiOrigins, CANONICAL_BASE, checkServerUrl } from "./server/addresses.ts";
import { identify } from "./server/identify.ts";
import { triggers } from "./server/inputs.ts";
import { readCredential } from "./server/read-credential.ts";
import { readGitHub, receiveGitHub } from "./server/receive.ts";
import { registrations } from "./server/registrations.ts";

/** What a header can carry; GitHub's tokens are shorter and plainer. */
const TOKEN = /^[\x21-\x7e]{1,1000}$/;

const GUIDE = `Make a token at https://github.com/settings/tokens (Settings, Developer settings, Personal access tokens).
Fine-grained: choose the repositories, then the permission "Webhooks: read and write" for triggers, and what your
actions touch: Contents, Issues, Pull requests, Actions, Administration.
Classic: the scopes repo and admin:repo_hook.`;

/** GitHub, and GitHub Enterprise by its own address, through a personal access token. */
export const githubServer: ProviderServer = {
  type: "github",
  title: "GitHub",
  guide: GUIDE,
  fields: [
    {
      name: "server_url",
      label: "Server URL",
      help: "Only for GitHub Enterprise: https://github.example.com",
      isSecret: false,
      isOptional: true,
      default: "https://github.com",
    },
    {
      name: "access_token",
      label: "Access token",
      help: "Scopes repo and admin:repo_hook; or fine-grained with Webhooks, Contents, Issues and Pull requests: read and write",
      isSecret: true,
    },
  ],
  triggers,
  canonicalBase: CANONICAL_BASE,
  base: apiBase,
  checkFields,
  /** The user half calls `canonicalBase` always; the gateway exchanges it for `base(fields)`, whose origin is the first here. */
  origins: apiOrigins,
  authorize(headers, { access_token }) {
    headers.set("authorization", `Bearer ${access_token}`);
  },
  identify,
  readCredential,
  receive: (request, { registration }) => receiveGitHub(request, registration),
  read: readGitHub,
  matches: (event, { type, input }) =>
    // The server's schema of the trigger has been over its input.
    matchesGitHub(event, { type, input: input as unknown as Filters }),
  registrations,
};

function checkFields(fields: Fields): void {
  checkServerUrl(fields);
  if (!TOKEN.test(fields.access_token ?? "")) {
    throw new FlowwError(
      "PROVIDER_FIELDS_INVALID",
      "access_token must be one word of ASCII letters, digits and signs.",
    );
  }
}
