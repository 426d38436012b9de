import { type CatalogueEntry, type ErrorCode, errorCatalogue } from "./catalogue.ts";

export { type CatalogueEntry, type ErrorCode, errorCatalogue };

export interface ErrorOptions {
  cause?: unknown;
  /** What to do, where the catalogue's general advice can be said better. */
  fix?: string;
  /** Facts for the reader, safe to show: never a secret, never a payload. */
  details?: unknown;
}

/** The one error class: a code of the catalogue, what happened with its values, and what to do. */
export class FlowwError extends Error {
  override readonly name = "FlowwError";
  readonly code: ErrorCode;
  readonly fix: string;
  readonly details: unknown;

  constructor(code: ErrorCode, message?: string, options: ErrorOptions = {}) {
    const known = errorCatalogue()[code];
    super(message ?? known.summary, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fix = options.fix ?? known.fix;
    this.details = options.details;
  }

  get status(): number {
    return errorCatalogue()[this.code].status;
  }

  get fault(): CatalogueEntry["fault"] {
    return errorCatalogue()[this.code].fault;
  }
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(errorCatalogue(), code);
}

/** The body of every error reply of the API and of the ingress. */
export interface ErrorReply {
  error: { code: string; message: string; fix: string; docs: string; details?: unknown; requestId?: string };
}

export function errorReply(error: FlowwError, requestId?: string): ErrorReply {
  return {
    error: {
      code: error.code,
      message: error.message,
      fix: error.fix,
      docs: `docs/errors/${error.code}.md`,
      ...(error.details === undefined ? {} : { details: error.details }),
      ...(requestId === undefined ? {} : { requestId }),
    },
  };
}
