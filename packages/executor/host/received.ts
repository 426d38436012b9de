import type { LogLevel } from "@floww/contract/abi";
import { type ErrorCode, FlowwError, isErrorCode } from "@floww/contract/errors";
import type { AnswerHeader, CallHeader, FetchHeader } from "@floww/contract/frames";
import { limits } from "@floww/contract/limits";
import type { RunError } from "./run.ts";

/** What an executor says, held against what it may say: user code shares its process and can write what it likes. */

const STACK_CHARACTERS_MAX = 20_000;
const MESSAGE_CHARACTERS_MAX = 10_000;
const URL_CHARACTERS_MAX = 16_384;
const HEADERS_MAX = 200;

/** @throws FlowwError FRAME_INVALID */
export function checkedRecord(header: unknown): Record<string, unknown> {
  if (typeof header === "object" && header !== null) return header as Record<string, unknown>;
  throw new FlowwError("FRAME_INVALID", "A frame that needs a header has none.");
}

/** @throws FlowwError FRAME_INVALID */
export function checkedAnswer(header: unknown): AnswerHeader {
  const { status, headers, stream } = checkedRecord(header);
  const isSound =
    Number.isInteger(status) &&
    Number(status) >= 200 &&
    Number(status) <= 599 &&
    Array.isArray(headers) &&
    headers.every(isPair) &&
    headers.reduce((bytes, [name, value]) => bytes + name.length + value.length, 0) <=
      limits.answerHeaderBytesMax;
  if (!isSound) throw new FlowwError("FRAME_INVALID", "An answer's head is not one.");
  return {
    status: status as number,
    headers: headers as [string, string][],
    ...(stream === true ? { stream } : {}),
  };
}

/** @throws FlowwError FRAME_INVALID for what is too large to be recorded */
export function checkedAnswerBody(body: Buffer): Buffer {
  if (body.byteLength <= limits.answerBytesMax) return body;
  throw new FlowwError("FRAME_INVALID", `An answer has ${body.byteLength} bytes.`);
}

/** @throws FlowwError FRAME_INVALID */
export function checkedCall(header: unknown): CallHeader {
  const { call, operation, input } = checkedRecord(header);
  if (typeof call !== "number" || typeof operation !== "string" || operation.length > 128)
    throw new FlowwError("FRAME_INVALID", "A call's head is not one.");
  return { call, operation, input: (input ?? null) as CallHeader["input"] };
}

/** @throws FlowwError FRAME_INVALID */
export function checkedFetch(header: unknown): FetchHeader {
  const { call, connection, method, url, headers } = checkedRecord(header);
  const { type, alias } = checkedRecord(connection);
  const isSound =
    typeof call === "number" &&
    [type, alias, method].every((text) => typeof text === "string" && text.length <= 64) &&
    typeof url === "string" &&
    url.length <= URL_CHARACTERS_MAX &&
    Array.isArray(headers) &&
    headers.length <= HEADERS_MAX &&
    headers.every(isPair);
  if (!isSound) throw new FlowwError("FRAME_INVALID", "A vendor call's head is not one.");
  // All of it was looked at just now.
  return { call, connection: { type, alias }, method, url, headers } as FetchHeader;
}

export function checkedLevel(level: unknown): LogLevel {
  return level === "debug" || level === "warn" || level === "error" ? level : "info";
}

/** An error to be recorded and shown, whatever was sent as one. */
export function checkedError(error: unknown, fallback: ErrorCode): RunError {
  const record = typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {};
  const source = checkedSource(record.source);
  const stack = text(record.stack, STACK_CHARACTERS_MAX);
  return {
    code: isErrorCode(record.code) ? record.code : fallback,
    name: text(record.name, 200) ?? "Error",
    message: text(record.message, MESSAGE_CHARACTERS_MAX) ?? new FlowwError(fallback).message,
    ...(stack === undefined ? {} : { stack }),
    ...(source === undefined ? {} : { source }),
    ...checkedRetry(record.retry),
  };
}

/** The journal keys that a run waits for. @throws FlowwError FRAME_INVALID */
export function checkedKeys(keys: unknown): string[] {
  const isSound =
    Array.isArray(keys) &&
    keys.length > 0 &&
    keys.length <= limits.journalEntriesMax &&
    keys.every((key) => typeof key === "string" && key.length <= limits.journalKeyBytesMax);
  if (isSound) return keys as string[];
  throw new FlowwError("FRAME_INVALID", "What a run waits for is no list of journal keys.");
}

/** Why a bundle was not imported, from the header of `refused`. */
export function refusalOf(header: unknown): FlowwError {
  const sent = checkedError(checkedRecord(header).error, "IMPORT_FAILED");
  const { code, name, message, stack, source } = sent;
  const where = source === undefined ? "" : ` (${source.file}:${source.line})`;
  return new FlowwError(code, `${name === "FlowwError" ? "" : `${name}: `}${message}${where}`, {
    details: { stack, source },
  });
}

export function runError(code: ErrorCode, message?: string): RunError {
  return { code, name: "FlowwError", message: new FlowwError(code, message).message };
}

function checkedRetry(retry: unknown): Pick<RunError, "retry"> {
  if (retry === false) return { retry };
  if (typeof retry !== "object" || retry === null) return {};
  const { afterMs } = retry as { afterMs?: unknown };
  if (typeof afterMs !== "number" || !Number.isFinite(afterMs)) return {};
  return { retry: { afterMs: Math.min(Math.max(afterMs, 0), limits.retryDelayMsMax) } };
}

function checkedSource(source: unknown): RunError["source"] {
  if (typeof source !== "object" || source === null) return undefined;
  const { file, line, column } = source as Record<string, unknown>;
  if (typeof file !== "string" || !Number.isInteger(line) || !Number.isInteger(column)) return undefined;
  return { file: file.slice(0, 1_024), line: line as number, column: column as number };
}

function text(value: unknown, charactersMax: number): string | undefined {
  return typeof value === "string" ? value.slice(0, charactersMax) : undefined;
}

function isPair(pair: unknown): pair is [string, string] {
  return (
    Array.isArray(pair) && pair.length === 2 && typeof pair[0] === "string" && typeof pair[1] === "string"
  );
}
