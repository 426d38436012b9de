import { createHmac, timingSafeEqual } from "node:crypto";
import type { Received, VendorRequest } from "../../provider-server.ts";
import { readPayload } from "../read-payload.ts";

const SIGNATURE = /^sha256=([0-9a-f]{64})$/;
/** Grows only with what GitHub names; a longer one is not GitHub's. */
const NAME = /^[a-z][a-z0-9_]{0,99}$/;
const DELIVERY_ID = /^[\x21-\x7e]{1,100}$/;

/** Verifies what arrived with the registration's secret and says what it is. */
export function receiveGitHub(request: VendorRequest, secret: string | undefined): Received {
  const problem = signatureProblem(request, secret);
  return problem === undefined ? readGitHub(request) : { kind: "refused", reason: problem };
}

/** What a request says that was verified when it came. */
export function readGitHub(request: VendorRequest): Received {
  const name = onlyHeader(request, "x-github-event");
  if (name === undefined || !NAME.test(name))
    return { kind: "refused", reason: "X-GitHub-Event names no event" };
  if (name === "ping") return { kind: "handshake", answer: { status: 200, headers: [], body: "" } };
  return readEvent(request, name);
}

/** What is wrong with the signature; nothing is said about the right one. */
function signatureProblem(request: VendorRequest, secret: string | undefined): string | undefined {
  if (secret === undefined || secret === "") return "the webhook has no secret here";
  const given = headersNamed(request, "x-hub-signature-256");
  if (given.length === 0) return "X-Hub-Signature-256 is missing";
  if (given.length > 1) return "X-Hub-Signature-256 is there more than once";
  const [, hex] = SIGNATURE.exec(given[0]!) ?? [];
  if (hex === undefined) return "X-Hub-Signature-256 is not well-formed";
  const right = createHmac("sha256", secret).update(request.body).digest();
  return timingSafeEqual(right, Buffer.from(hex, "hex")) ? undefined : "the signature does not fit the body";
}

function readEvent(request: VendorRequest, name: string): Received {
  const types = headersNamed(request, "content-type");
  if (types.length > 1) return { kind: "refused", reason: "Content-Type is there more than once" };
  const deliveryId = onlyHeader(request, "x-github-delivery");
  if (deliveryId === undefined || !DELIVERY_ID.test(deliveryId))
    return { kind: "refused", reason: "X-GitHub-Delivery names no delivery" };
  try {
    return { kind: "event", event: { name, body: readPayload(request.body, types[0]) }, deliveryId };
  } catch {
    // The parser's own message quotes the payload.
    return { kind: "refused", reason: "the body is no GitHub payload" };
  }
}

function headersNamed({ headers }: VendorRequest, wanted: string): string[] {
  return headers.filter(([name]) => name === wanted).map(([, value]) => value);
}

/** Undefined when it is missing or there twice. */
function onlyHeader(request: VendorRequest, wanted: string): string | undefined {
  const [value, ...others] = headersNamed(request, wanted);
  return others.length === 0 ? value : undefined;
}
