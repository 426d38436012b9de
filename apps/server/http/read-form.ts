import { FlowwError } from "@floww/contract/errors";
import { readCapped } from "./route-input.ts";

/** A form of ours is a few short fields. */
const FORM_BYTES_MAX = 16 * 1024;

/** @throws FlowwError INPUT_INVALID, BODY_TOO_LARGE */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type))
    throw new FlowwError("INPUT_INVALID", "The body must be application/x-www-form-urlencoded.");
  return new URLSearchParams((await readCapped(request, FORM_BYTES_MAX)).toString("utf8"));
}
