import type { Client, RouteAnswer, RouteRequest, Routes } from "@floww/contract/api";
import { createBrowserClient } from "@floww/contract/browser-client";
import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { authentic } from "./sign-in.ts";

export const api: Client = createBrowserClient({ serverUrl: location.origin, fetch: authentic });

/** Routes that only read, and so may be asked again whenever somebody looks. */
export type ReadName = {
  [Name in keyof Routes]: Routes[Name]["method"] extends "GET" ? Name : never;
}[keyof Routes];
type WriteName = Exclude<keyof Routes, ReadName>;

type Answer<Name extends keyof Routes> = RouteAnswer<Routes[Name]>;
type Request<Name extends keyof Routes> = RouteRequest<Routes[Name]>;

/** TypeScript cannot see that one name picks matching parts out of two mapped types. */
function call<Name extends keyof Routes>(name: Name, request: Request<Name>): Promise<Answer<Name>> {
  return (api[name] as (request: Request<Name>) => Promise<Answer<Name>>)(request);
}

interface ReadOptions {
  isEnabled?: boolean;
  /** Asked again so often while somebody looks, beside what the bells say. */
  everyMs?: number;
  /** What was here stays until the next is: for a chart or a list whose filters change. */
  keepsPrevious?: boolean;
}

/** What a route of the contract answers, kept fresh by bells and changes. */
export function useApi<Name extends ReadName>(name: Name, request: Request<Name>, options: ReadOptions = {}) {
  return useQuery({
    queryKey: [name, request],
    queryFn: () => call(name, request),
    enabled: options.isEnabled ?? true,
    ...(options.everyMs === undefined ? {} : { refetchInterval: options.everyMs }),
    ...(options.keepsPrevious === true ? { placeholderData: keepPreviousData } : {}),
  });
}

type PagedName = {
  [Name in ReadName]: Answer<Name> extends { items: unknown[]; nextCursor?: string | undefined }
    ? Name
    : never;
}[ReadName];

/** A list that comes in pages, newest first; `query.cursor` is ours to fill in. */
export function useApiPages<Name extends PagedName>(name: Name, request: Request<Name>) {
  return useInfiniteQuery({
    queryKey: [name, request, "pages"],
    queryFn: ({ pageParam }) => {
      const query = { ...(request.query as object | undefined), cursor: pageParam };
      return call(name, { ...request, query } as Request<Name>);
    },
    placeholderData: keepPreviousData,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => (last as { nextCursor?: string }).nextCursor,
  });
}

/** All items of the pages that were asked for. */
export function itemsOf<Page extends { items: unknown[] }>(
  data: InfiniteData<Page> | undefined,
): Page["items"][number][] {
  return data?.pages.flatMap(({ items }) => items) ?? [];
}

/** A call that changes something; what is on the screen is asked for again when it has. */
export function useChange<Name extends WriteName>(name: Name) {
  const queries = useQueryClient();
  return useMutation({
    mutationKey: [name],
    mutationFn: (request: Request<Name>) => call(name, request),
    onSuccess: () => queries.invalidateQueries(),
  });
}
