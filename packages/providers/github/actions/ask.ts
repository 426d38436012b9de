import type { Octokit, RestEndpointMethodTypes } from "@octokit/rest";

/** Where most of GitHub's things are. */
export interface InRepository {
  /** The account or organization: `octo` of `octo/hello`. */
  owner: string;
  /** `hello` of `octo/hello`. */
  repository: string;
}

/** Lists come a page at a time; all of one come from `client.paginate`. */
export interface Paged {
  /** Default 30, at most 100. */
  perPage?: number;
  /** From 1. */
  page?: number;
}

export type Direction = "asc" | "desc";
export type State = "open" | "closed" | "all";

type Methods = RestEndpointMethodTypes;
type Part<Scope extends keyof Methods, Name extends keyof Methods[Scope], Key extends string> =
  Methods[Scope][Name] extends Record<Key, infer Value> ? Value : never;

/** What GitHub answers. */
export type Answer<Scope extends keyof Methods, Name extends keyof Methods[Scope]> = Promise<
  Part<Scope, Name, "response"> extends { data: infer Data } ? Data : never
>;

/** The vendor's types let any other name pass; these are the endpoint's own, so that a misspelt one does not compile. */
type Parameters<Scope extends keyof Methods, Name extends keyof Methods[Scope]> = Known<
  Part<Scope, Name, "parameters">
>;
type Known<Given> = {
  [Key in keyof Given as string extends Key ? never : number extends Key ? never : Key]: object extends Pick<
    Given,
    Key
  >
    ? Given[Key] | undefined
    : Given[Key];
};

type AnyMethod = (parameters: object) => Promise<{ data: unknown; status: number }>;

/** Calls one endpoint of the vendor's client; what is undefined is not sent. */
export async function ask<Scope extends keyof Methods, Name extends keyof Methods[Scope]>(
  octokit: Octokit,
  scope: Scope,
  name: Name,
  parameters: Parameters<Scope, Name>,
): Answer<Scope, Name> {
  const { data } = await methodOf(octokit, scope, name)(parameters);
  return data as Awaited<Answer<Scope, Name>>;
}

/** Like `ask`, where GitHub answers with nothing. */
export async function tell<Scope extends keyof Methods, Name extends keyof Methods[Scope]>(
  octokit: Octokit,
  scope: Scope,
  name: Name,
  parameters: Parameters<Scope, Name>,
): Promise<void> {
  await methodOf(octokit, scope, name)(parameters);
}

/** Like `ask`, where GitHub's status alone is the answer. */
export async function isThere<Scope extends keyof Methods, Name extends keyof Methods[Scope]>(
  octokit: Octokit,
  scope: Scope,
  name: Name,
  parameters: Parameters<Scope, Name>,
): Promise<boolean> {
  try {
    await methodOf(octokit, scope, name)(parameters);
    return true;
  } catch (error) {
    if ((error as { status?: number }).status === 404) return false;
    throw error;
  }
}

function methodOf(octokit: Octokit, scope: keyof Methods, name: PropertyKey): AnyMethod {
  // Scope and name are of one table by the types of whoever called; here they are two strings.
  return (octokit.rest[scope] as unknown as Record<PropertyKey, AnyMethod>)[name]!;
}
