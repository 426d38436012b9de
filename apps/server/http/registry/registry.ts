import type { IncomingMessage, ServerResponse } from "node:http";
import { FlowwError } from "@floww/contract/errors";
import type { ServerContext } from "../../context.ts";
import { readRepositoryName } from "../../domain/registry/names.ts";
import type { RegistryAction } from "../../domain/registry/registry-tokens.ts";
import { clientAddress } from "../client-address.ts";
import { shownError } from "../error-reply.ts";
import { retryAfterOf } from "../reply.ts";
import { getBlob, headBlob, removeBlob } from "./blobs.ts";
import { getReferrers, getTags } from "./lists.ts";
import { getManifest, headManifest, putManifest, removeManifest } from "./manifests.ts";
import { matchRegistryPath, type RegistryPath, type RepositoryPath } from "./match-path.ts";
import { sendOciError } from "./oci-error.ts";
import { ChallengeError, formatScope, type NeededAccess, requireAccess } from "./registry-access.ts";
import type { RegistryCall, RepositoryHandler } from "./registry-call.ts";
import { sendJson } from "./send.ts";
import { giveToken } from "./token.ts";
import { deleteUpload, mountSource, patchUpload, putUpload, showUpload, startUpload } from "./uploads.ts";

export const REGISTRY_PREFIX = "/v2/";

interface Endpoint {
  actions: readonly RegistryAction[];
  handle: RepositoryHandler;
}

const pull = (handle: RepositoryHandler): Endpoint => ({ actions: ["pull"], handle });
const push = (handle: RepositoryHandler): Endpoint => ({ actions: ["pull", "push"], handle });
const remove = (handle: RepositoryHandler): Endpoint => ({ actions: ["delete"], handle });

/** Everything that the registry does (OCI distribution specification 1.1, "Endpoints"). */
const endpoints: Record<RepositoryPath["kind"], Readonly<Record<string, Endpoint>>> = {
  blob: { GET: pull(getBlob), HEAD: pull(headBlob), DELETE: remove(removeBlob) },
  uploads: { POST: push(startUpload) },
  upload: {
    GET: push(showUpload),
    PATCH: push(patchUpload),
    PUT: push(putUpload),
    DELETE: push(deleteUpload),
  },
  manifest: {
    GET: pull(getManifest),
    HEAD: pull(headManifest),
    PUT: push(putManifest),
    DELETE: remove(removeManifest),
  },
  tags: { GET: pull(getTags) },
  referrers: { GET: pull(getReferrers) },
};

/** `/v2/…`: an OCI registry, straight on node:http, for its bodies are streams of any length. */
export async function handleRegistry(
  context: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader("docker-distribution-api-version", "registry/2.0");
  response.setHeader("x-content-type-options", "nosniff");
  try {
    const { pathname, query } = splitUrl(request.url ?? "");
    const address = addressOf(context, request);
    await dispatch({ context, request, response, query, address }, matchRegistryPath(pathname));
  } catch (error) {
    // Whoever has gone hears nothing, and it is nobody's mistake.
    if (request.destroyed && !request.complete) {
      response.destroy();
      return;
    }
    sendOciError(request, response, shownError(error, context.report), errorHeaders(context, error));
  }
}

function splitUrl(url: string): { pathname: string; query: URLSearchParams } {
  const at = url.indexOf("?");
  const path = at === -1 ? url : url.slice(0, at);
  return {
    pathname: path.slice(REGISTRY_PREFIX.length),
    query: new URLSearchParams(at === -1 ? "" : url.slice(at)),
  };
}

function addressOf({ trustedProxies }: ServerContext, { socket, headers }: IncomingMessage): string {
  const forwardedFor = headers["x-forwarded-for"];
  return clientAddress(
    socket.remoteAddress ?? "",
    typeof forwardedFor === "string" ? forwardedFor : null,
    trustedProxies,
  );
}

async function dispatch(call: RegistryCall, path: RegistryPath | undefined): Promise<void> {
  const { context, request, response } = call;
  const { authorization } = request.headers;
  const method = request.method ?? "";
  if (path === undefined) {
    await requireAccess(context, authorization, []);
    throw new FlowwError("REGISTRY_NAME_UNKNOWN", "The registry has nothing at this path.");
  }
  if (path.kind === "token") {
    refuseOtherMethods(method, ["GET"]);
    await giveToken(call);
    return;
  }
  if (path.kind === "base") {
    refuseOtherMethods(method, ["GET", "HEAD"]);
    await requireAccess(context, authorization, []);
    sendJson(response, 200, {});
    return;
  }
  await dispatchToRepository(call, path);
}

async function dispatchToRepository(call: RegistryCall, path: RepositoryPath): Promise<void> {
  const { context, request, query } = call;
  const method = request.method ?? "";
  const endpoint = endpoints[path.kind];
  refuseOtherMethods(method, Object.keys(endpoint));
  const { actions, handle } = endpoint[method]!;
  const name = readRepositoryName(path.name);
  const needed: NeededAccess[] = [{ name, actions }];
  const from = path.kind === "uploads" ? mountSource({ query, name }) : undefined;
  if (from !== undefined) needed.push({ name: from, actions: ["pull"] });
  const { principal, token } = await requireAccess(context, request.headers.authorization, needed);
  if (actions.includes("push")) context.switches.require("registryPushes");
  const reference = "reference" in path ? path.reference : "";
  await handle({ ...call, name, reference, principal, token, needed });
}

class MethodError extends FlowwError {
  readonly allow: string;

  constructor(method: string, allowed: readonly string[]) {
    super("REGISTRY_UNSUPPORTED", `${method} is not a method of this path.`);
    this.allow = allowed.join(", ");
  }
}

/** @throws MethodError */
function refuseOtherMethods(method: string, allowed: readonly string[]): void {
  if (!allowed.includes(method)) throw new MethodError(method, allowed);
}

function errorHeaders(context: ServerContext, error: unknown): Record<string, string> {
  if (error instanceof MethodError) return { allow: error.allow };
  if (!(error instanceof FlowwError)) return {};
  if (error.code === "REGISTRY_UNAUTHENTICATED") return { "www-authenticate": challengeOf(context, error) };
  const wait = retryAfterOf(error);
  return wait === undefined ? {} : { "retry-after": wait };
}

/** Where a token is had, and for what (https://distribution.github.io/distribution/spec/auth/token/). */
function challengeOf(context: ServerContext, error: FlowwError): string {
  const publicUrl = context.publicUrl();
  const realm = new URL(`${REGISTRY_PREFIX}token`, publicUrl).href;
  // At the token endpoint itself it is a password that is missing.
  if (!(error instanceof ChallengeError)) return `Basic realm="${realm}"`;
  const scope = error.needed.map(formatScope).join(" ");
  return [
    `Bearer realm="${realm}"`,
    `service="${publicUrl.host}"`,
    ...(scope === "" ? [] : [`scope="${scope}"`]),
    ...(error.reason === undefined ? [] : [`error="${error.reason}"`]),
  ].join(",");
}
