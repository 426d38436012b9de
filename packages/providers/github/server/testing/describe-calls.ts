import { afterAll, expect, test } from "vitest";
import { GitHub, type GitHubActions } from "../../index.ts";
import { lendHost } from "./lend-host.ts";

/** All that an action takes, and GitHub's documented call for it. */
export type Sample<Name extends keyof GitHubActions> = readonly [
  input: Parameters<GitHubActions[Name]>[0],
  call: string,
  body?: object,
];

/** A sample for each action of some tables, but those that ask more than once. */
export type Samples<Table, Several = never> = {
  [Name in Exclude<keyof Table, Several> & keyof GitHubActions]: Sample<Name>;
};

export const here = { owner: "octo", repository: "hello" };
export const paged = { perPage: 50, page: 2 };

interface Sent {
  call: string;
  body: unknown;
}

/** Holds every action to its sample, and the samples to the endpoints that the vendor's client has. */
export function describeCalls(samples: object): void {
  const sent: Sent[] = [];
  const takeBack = lendHost(async (request) => {
    sent.push(await describeRequest(request));
    return Response.json({});
  });
  afterAll(takeBack);
  const github = new GitHub();
  const endpoints = endpointsOf(github.client);
  // By name: that each gets its own input is what the type of the samples says.
  const actions = github.actions as unknown as Record<string, (input: unknown) => Promise<unknown>>;

  test.each(Object.entries(samples) as [string, Sample<keyof GitHubActions>][])(
    "%s makes GitHub's documented call with all that it takes",
    async (name, [input, call, body]) => {
      sent.length = 0;
      await actions[name]!(input);
      expect(sent).toEqual([{ call, body }]);
      expect(call).not.toMatch(/[{}]|%7B|undefined|null/);
      expect(endpoints.some((endpoint) => endpoint.test(call))).toBe(true);
      const said = `${decodeURIComponent(call)} ${JSON.stringify(body)}`;
      for (const leaf of leavesOf(input)) expect(said).toContain(leaf);
    },
  );
}

export async function describeRequest(request: Request): Promise<Sent> {
  const text = await request.text();
  const call = `${request.method} ${request.url.replace("https://api.github.com", "")}`;
  return { call, body: text === "" ? undefined : JSON.parse(text) };
}

/** `GET /repos/{owner}/{repo}` of all endpoints that the official client knows, as patterns. */
export function endpointsOf({ rest }: GitHub["client"]): RegExp[] {
  type Scope = Record<string, { endpoint: { DEFAULTS: { method: string; url: string } } }>;
  return Object.values(rest)
    .flatMap((scope) => Object.values(scope as unknown as Scope))
    .map(({ endpoint }) => {
      const { method, url } = endpoint.DEFAULTS;
      const path = url
        .replaceAll(".", "\\.")
        .replaceAll(/\{\?[^}]*\}/g, "")
        .replaceAll(/\{[^}]*\}/g, "[^/?]+");
      return new RegExp(`^${method} ${path}(\\?|$)`);
    });
}

function leavesOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return value === undefined ? [] : [String(value)];
  return Object.values(value).flatMap(leavesOf);
}
