import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { readDeliverySearch } from "../features/deliveries/delivery-search.ts";
import { readExecutionSearch } from "../features/executions/execution-search.ts";
import { readKvSearch } from "../features/kv/kv-search.ts";
import { Shell } from "../features/shell/shell.tsx";
import { readWorkflowSearch } from "../features/workflows/workflow-search.ts";
import { keepNamespace, lastNamespace } from "../lib/last-namespace.ts";
import { meQuery } from "../lib/me.ts";
import { isTimeRange, type TimeRange } from "../lib/time-ranges.ts";
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
    if (namespaceId !== undefined) throw redirect({ to: "/ns/$namespaceId", params: { namespaceId } });
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

const overview = createRoute({
  getParentRoute: () => namespace,
  path: "/",
  validateSearch: ({ range }: Record<string, unknown>): { range?: TimeRange | undefined } => ({
    range: isTimeRange(range) ? range : undefined,
  }),
  component: lazyRouteComponent(() => import("./overview-page.tsx"), "OverviewPage"),
});

const workflows = createRoute({
  getParentRoute: () => namespace,
  path: "/workflows",
  component: lazyRouteComponent(() => import("./workflows-page.tsx"), "WorkflowsPage"),
});

const workflow = createRoute({
  getParentRoute: () => namespace,
  path: "/workflows/$workflowId",
  validateSearch: readWorkflowSearch,
  component: lazyRouteComponent(() => import("./workflow-page.tsx"), "WorkflowPage"),
});

const executions = createRoute({
  getParentRoute: () => namespace,
  path: "/executions",
  validateSearch: readExecutionSearch,
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
  validateSearch: readDeliverySearch,
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
  validateSearch: readKvSearch,
  component: lazyRouteComponent(() => import("./kv-page.tsx"), "KvPage"),
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

const namespaceSettings = createRoute({
  getParentRoute: () => namespace,
  path: "/settings",
  component: lazyRouteComponent(() => import("./namespace-settings-page.tsx"), "NamespaceSettingsPage"),
});

const organization = createRoute({ getParentRoute: () => root, path: "/org/$organizationId" });

const members = createRoute({
  getParentRoute: () => organization,
  path: "/members",
  component: lazyRouteComponent(() => import("./members-page.tsx"), "MembersPage"),
});

const keys = createRoute({
  getParentRoute: () => organization,
  path: "/keys",
  component: lazyRouteComponent(() => import("./keys-page.tsx"), "KeysPage"),
});

const audit = createRoute({
  getParentRoute: () => organization,
  path: "/audit",
  component: lazyRouteComponent(() => import("./audit-page.tsx"), "AuditPage"),
});

const profile = createRoute({
  getParentRoute: () => root,
  path: "/profile",
  component: lazyRouteComponent(() => import("./profile-page.tsx"), "ProfilePage"),
});

const tree = root.addChildren([
  home,
  namespace.addChildren([
    overview,
    workflows,
    workflow,
    executions,
    execution,
    deliveries,
    delivery,
    providers,
    secrets,
    kv,
    namespaceSettings,
  ]),
  organization.addChildren([members, keys, audit]),
  profile,
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
