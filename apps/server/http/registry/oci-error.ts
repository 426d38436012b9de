import type { IncomingMessage, ServerResponse } from "node:http";
import type { ErrorCode, FlowwError } from "@floww/contract/errors";

/** The distribution specification's codes; what has none there is told as the reference implementation would. */
const OCI_CODES: Partial<Record<ErrorCode, string>> = {
  REGISTRY_UNAUTHENTICATED: "UNAUTHORIZED",
  REGISTRY_DENIED: "DENIED",
  REGISTRY_FULL: "DENIED",
  REGISTRY_IN_USE: "DENIED",
  REGISTRY_NAME_INVALID: "NAME_INVALID",
  REGISTRY_NAME_UNKNOWN: "NAME_UNKNOWN",
  REGISTRY_DIGEST_INVALID: "DIGEST_INVALID",
  REGISTRY_BLOB_UNKNOWN: "BLOB_UNKNOWN",
  REGISTRY_MANIFEST_UNKNOWN: "MANIFEST_UNKNOWN",
  REGISTRY_MANIFEST_INVALID: "MANIFEST_INVALID",
  REGISTRY_MANIFEST_BLOB_UNKNOWN: "MANIFEST_BLOB_UNKNOWN",
  REGISTRY_UPLOAD_UNKNOWN: "BLOB_UPLOAD_UNKNOWN",
  REGISTRY_UPLOAD_INVALID: "BLOB_UPLOAD_INVALID",
  REGISTRY_RANGE_INVALID: "BLOB_UPLOAD_INVALID",
  REGISTRY_UPLOAD_BUSY: "BLOB_UPLOAD_INVALID",
  REGISTRY_TOO_LARGE: "SIZE_INVALID",
  BODY_TOO_LARGE: "SIZE_INVALID",
  REGISTRY_LIMIT: "TOOMANYREQUESTS",
  RATE_LIMITED: "TOOMANYREQUESTS",
  REGISTRY_UNSUPPORTED: "UNSUPPORTED",
  INPUT_INVALID: "PAGINATION_NUMBER_INVALID",
  REGISTRY_DISK_FULL: "UNAVAILABLE",
  REGISTRY_STORE_UNAVAILABLE: "UNAVAILABLE",
  DATABASE_UNAVAILABLE: "UNAVAILABLE",
  SERVER_STOPPING: "UNAVAILABLE",
  FEATURE_OFF: "UNAVAILABLE",
};

/** How long what is still on its way is read and dropped: a client that writes on would not see the answer. */
const LINGER_MS = 5_000;

export function sendOciError(
  request: IncomingMessage,
  response: ServerResponse,
  error: FlowwError,
  extra: Record<string, string>,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const code = OCI_CODES[error.code] ?? "UNKNOWN";
  // `docker` shows nothing but the message.
  const message = `${error.message} ${error.fix}`;
  const body = Buffer.from(JSON.stringify({ errors: [{ code, message, detail: { code: error.code } }] }));
  response.writeHead(error.status, {
    "content-type": "application/json",
    "content-length": body.byteLength,
    ...extra,
  });
  response.end(request.method === "HEAD" ? undefined : body);
  dropRest(request);
}

function dropRest(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  const cut = setTimeout(() => {
    if (!request.complete) request.destroy();
  }, LINGER_MS);
  request.once("close", () => clearTimeout(cut));
}
