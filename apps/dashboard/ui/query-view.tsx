import type { ReactNode } from "react";
import { Failed, Loading } from "./states.tsx";

/** The part of a query's state that decides what is shown. */
interface QueryLike<Data> {
  data: Data | undefined;
  error: unknown;
  isPending: boolean;
  refetch(): unknown;
}

interface QueryViewProps<Data> {
  query: QueryLike<Data>;
  /** As high as what comes, so that nothing jumps. */
  loading?: ReactNode;
  children(data: Data): ReactNode;
}

/** Loading, failed or here: the one place where that is decided. What is here stays while it is asked for again. */
export function QueryView<Data>({ query, loading, children }: QueryViewProps<Data>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error !== null && query.error !== undefined)
    return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  return <>{loading ?? <Loading />}</>;
}
