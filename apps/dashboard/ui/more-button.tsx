import { Button } from "./button.tsx";

interface Pages {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage(): unknown;
}

/** Below a list that goes on. */
export function MoreButton({ pages }: { pages: Pages }) {
  if (!pages.hasNextPage) return undefined;
  return (
    <div className="border-t p-3 text-center">
      <Button isBusy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
        {pages.isFetchingNextPage ? "Loading more" : "Show more"}
      </Button>
    </div>
  );
}
