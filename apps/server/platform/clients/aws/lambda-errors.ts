import { LambdaServiceException } from "@aws-sdk/client-lambda";

/**
 * What a refusal of AWS Lambda means for whoever asked:
 * - `throttled`: too much at once, or a part of AWS is short of something; nothing was begun.
 * - `not-ready`: the function exists and cannot be asked yet; nothing was begun.
 * - `missing`, `conflict`: as they say.
 * - `unreachable`: the request was never sent.
 * - `unknown`: AWS failed or the connection broke after it was sent; what was asked may have been begun.
 * - `refused`: it stays so, however often it is asked.
 */
export type LambdaErrorKind =
  | "throttled"
  | "not-ready"
  | "missing"
  | "conflict"
  | "unreachable"
  | "unknown"
  | "refused";

/** By name, as the service sends it. Those of a network interface or a subnet are met before a function starts. */
const KINDS: Readonly<Record<string, LambdaErrorKind>> = {
  TooManyRequestsException: "throttled",
  ThrottlingException: "throttled",
  EC2ThrottledException: "throttled",
  ENILimitReachedException: "throttled",
  SubnetIPAddressLimitReachedException: "throttled",
  ENINotReadyException: "not-ready",
  ResourceNotReadyException: "not-ready",
  CodeArtifactUserPendingException: "not-ready",
  ResourceNotFoundException: "missing",
  ResourceConflictException: "conflict",
  ResourceInUseException: "conflict",
};

/** Of a request that cannot have left: no address, no connection, no certificate to trust. */
const UNSENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

export function kindOfLambdaError(error: unknown): LambdaErrorKind {
  if (error instanceof LambdaServiceException) {
    const known = KINDS[error.name];
    if (known !== undefined) return known;
    const status = error.$metadata.httpStatusCode ?? 0;
    return error.$fault === "server" || status >= 500 ? "unknown" : "refused";
  }
  // Without credentials nothing is signed, hence nothing sent.
  if (error instanceof Error && error.name === "CredentialsProviderError") return "unreachable";
  const { code, syscall } = error as NodeJS.ErrnoException;
  // Its client names no code for a connection that did not come about in time.
  if (error instanceof Error && /did not establish a connection/.test(error.message)) return "unreachable";
  const isUnsent = syscall === "connect" || (typeof code === "string" && UNSENT.test(code));
  return isUnsent ? "unreachable" : "unknown";
}

/** What AWS says of it, without the names of the account's resources: it may be shown to who deployed. */
export function reasonOfLambdaError(error: unknown): string {
  if (!(error instanceof LambdaServiceException)) return "AWS Lambda could not be reached.";
  const said = error.name === "InvalidParameterValueException" ? `: ${withoutArns(error.message)}` : ".";
  return `AWS Lambda answered ${error.name}${said}`;
}

export function withoutArns(text: string): string {
  return text.replace(/arn:aws[\w-]*:[^\s,;'")\]]+/g, "arn:…");
}

/** The function cannot be isolated by tenant: not in this region, or not by this service. */
export function isTenancyRefusal(error: unknown): boolean {
  return (
    error instanceof LambdaServiceException &&
    /^(InvalidParameterValue|Validation|InvalidRequestContent)/.test(error.name) &&
    /tenan/i.test(error.message)
  );
}

/** A role that was made a moment ago is not known everywhere in AWS yet. */
export function isRolePending(error: unknown): boolean {
  return (
    error instanceof LambdaServiceException &&
    error.name === "InvalidParameterValueException" &&
    /role .*cannot be assumed/i.test(error.message)
  );
}
