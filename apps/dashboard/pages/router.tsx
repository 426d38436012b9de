import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { Shell } from "../features/shell/shell.tsx";
import { keepNamespace, lastNamespace } from "../lib/last-namespace.ts";
import { meQuery } from "../lib/me.ts";
import { Failed, Loading } from "../ui/states.tsx";
import { NoNamespace } from "./no-namespace.tsx";
import { NotFound } from "./not-found.tsx";

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  // Who looks decides what there is to see.
  beforeLoad: async ({ context }) => ({ me: await context.queries.ensureQueryData(meQuery) }),
  component: () => (
    <Shell>
      <Outlet />
    </Shell>
  ),
  notFoundComponent: NotFound,
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: ({ context: { me } }) => {
    const kept = me.namespaces.find(({ id }) => id === lastNamespace());
    const namespaceId = (kept ?? me.namespaces[0])?.id;
    if (namespaceId !== undefined)
      throw redirect({ to: "/ns/$namespaceId/workflows", params: { namespaceId } });
  },
  component: NoNamespace,
});

const namespace = createRoute({
  getParentRoute: () => root,
  path: "/ns/$namespaceId",
  beforeLoad: ({ params, context: { me } }) => {
    if (me.namespaces.some(({ id }) => id === params.namespaceId)) keepNamespace(params.namespaceId);
  },
});

const workflows = createRoute({
  getParentRoute: () => namespace,
  path: "/workflows",
  component: lazyRouteComponent(() => import("./workflows-page.tsx"), "WorkflowsPage"),
});

const executions = createRoute({
  getParentRoute: () => namespace,
  path: "/executions",
  component: lazyRouteComponent(() => import("./executions-page.tsx"), "ExecutionsPage"),
});

const execution = createRoute({
  getParentRoute: () => namespace,
  path: "/executions/$executionId",
  component: lazyRouteComponent(() => import("./execution-page.tsx"), "ExecutionPage"),
});

const admin = createRoute({
  getParentRoute: () => root,
  path: "/admin",
  beforeLoad: () => {
    throw redirect({ to: "/admin/$section", params: { section: "users" } });
  },
});

const adminSection = createRoute({
  getParentRoute: () => root,
  path: "/admin/$section",
  component: lazyRouteComponent(() => import("./admin-page.tsx"), "AdminPage"),
});

const tree = root.addChildren([
  home,
  namespace.addChildren([workflows, executions, execution]),
  admin,
  adminSection,
]);

export function createAppRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: "intent",
    defaultPendingComponent: Loading,
    defaultErrorComponent: ({ error, reset }) => <Failed error={error} onRetry={reset} />,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
