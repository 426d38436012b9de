import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { deliverySearch } from "../features/deliveries/delivery-search.ts";
import { kvSearch } from "../features/kv/kv-search.ts";
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

const deliveries = createRoute({
  getParentRoute: () => namespace,
  path: "/deliveries",
  validateSearch: deliverySearch,
  component: lazyRouteComponent(() => import("./deliveries-page.tsx"), "DeliveriesPage"),
});

const delivery = createRoute({
  getParentRoute: () => namespace,
  path: "/deliveries/$deliveryId",
  component: lazyRouteComponent(() => import("./delivery-page.tsx"), "DeliveryPage"),
});

const providers = createRoute({
  getParentRoute: () => namespace,
  path: "/providers",
  component: lazyRouteComponent(() => import("./providers-page.tsx"), "ProvidersPage"),
});

const secrets = createRoute({
  getParentRoute: () => namespace,
  path: "/secrets",
  component: lazyRouteComponent(() => import("./secrets-page.tsx"), "SecretsPage"),
});

const kv = createRoute({
  getParentRoute: () => namespace,
  path: "/kv",
  validateSearch: kvSearch,
  component: lazyRouteComponent(() => import("./kv-page.tsx"), "KvPage"),
});

const tree = root.addChildren([
  home,
  namespace.addChildren([workflows, executions, execution, deliveries, delivery, providers, secrets, kv]),
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
