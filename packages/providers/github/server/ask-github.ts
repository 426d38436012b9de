import type { VendorClient } from "../../provider-server.ts";

export interface GitHubAnswer {
  status: number;
  headers: Headers;
  /** Parsed; undefined where the answer is no JSON. */
  body: unknown;
}

interface Question {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  body?: object;
}

/** GitHub's own words are shown to people, and a server may be anybody's. */
const SAID_LETTERS_MAX = 300;

/** One call of the server's own. */
export async function askGitHub(
  vendor: VendorClient,
  { method, path, body }: Question,
): Promise<GitHubAnswer> {
  const response = await vendor.fetch(path, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      "content-type": "application/json",
      // GitHub refuses calls that do not name their program.
      "user-agent": "floww",
      "x-github-api-version": "2022-11-28",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: await readJson(response) };
}

/** `Validation Failed: Hook already exists on this repository (status 422)`. */
export function whatGitHubSaid({ status, body }: GitHubAnswer): string {
  const { message, errors } = (body ?? {}) as { message?: unknown; errors?: unknown };
  const details = Array.isArray(errors) ? errors.map(detailOf).filter((detail) => detail !== "") : [];
  const said = [typeof message === "string" ? message : "no reason", ...details].join(": ");
  return `${said.replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ").slice(0, SAID_LETTERS_MAX)} (status ${status})`;
}

function detailOf(error: unknown): string {
  if (typeof error === "string") return error;
  const { message, field, code } = (error ?? {}) as { message?: unknown; field?: unknown; code?: unknown };
  if (typeof message === "string") return message;
  return [field, code].filter((word) => typeof word === "string").join(" ");
}

/** Numbers beyond what a JavaScript number holds exactly stay as they were written: GitHub's ids of deliveries are such. */
function exactly(_: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)
    ? (context?.source ?? value)
    : value;
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text, exactly);
  } catch {
    return undefined;
  }
}
