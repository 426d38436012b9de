import { FlowwError } from "@floww/contract/errors";

/** What a script can tell apart; `floww --help` says the same. */
export const exitCodes = {
  ok: 0,
  wentWrong: 1,
  askedWrongly: 2,
  notSignedIn: 3,
  unreachable: 4,
  notConfigured: 5,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodesHelp = `Exit codes:
  0  it worked
  1  it went wrong, or the run that was waited for did
  2  it was asked for wrongly: an option, a name, a file
  3  not signed in
  4  the server could not be reached
  5  a provider or a secret that the workflow uses is not configured`;

export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof FlowwError)) return exitCodes.wentWrong;
  if (error.code === "SERVER_UNREACHABLE") return exitCodes.unreachable;
  if (error.code === "UNAUTHENTICATED" || error.code === "TOKEN_EXPIRED") return exitCodes.notSignedIn;
  if (error.code === "PROVIDER_MISSING" || error.code === "SECRET_MISSING") return exitCodes.notConfigured;
  // Asked for rightly, and not allowed.
  if (error.code === "FORBIDDEN") return exitCodes.wentWrong;
  return error.fault === "caller" ? exitCodes.askedWrongly : exitCodes.wentWrong;
}
