import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { walkRows } from "../lib/list-keys.ts";
import { createQueries } from "../lib/query-client.ts";
import { followSystemTheme } from "../lib/theme.ts";
import { Toasts } from "../ui/toasts.tsx";
import { createAppRouter } from "./router.tsx";

const queries = createQueries();
const router = createAppRouter(queries);

/** The whole dashboard. */
export function App() {
  useEffect(followSystemTheme, []);
  useEffect(() => {
    document.addEventListener("keydown", walkRows);
    return () => document.removeEventListener("keydown", walkRows);
  }, []);
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queries}>
        <Toasts>
          <RouterProvider router={router} />
        </Toasts>
      </QueryClientProvider>
    </CSPProvider>
  );
}
