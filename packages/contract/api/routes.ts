import { deploymentRoutes } from "./deployments.ts";
import { devSessionRoutes } from "./dev-sessions.ts";
import { executionRoutes } from "./executions.ts";
import { identityRoutes } from "./identity.ts";
import { organizationRoutes } from "./organizations.ts";
import { serverRoutes } from "./server.ts";
import { workflowRoutes } from "./workflows.ts";

/** Every route of the API by its operation id. */
export const routes = {
  ...serverRoutes,
  ...identityRoutes,
  ...organizationRoutes,
  ...workflowRoutes,
  ...deploymentRoutes,
  ...executionRoutes,
  ...devSessionRoutes,
};

export type Routes = typeof routes;
export type RouteName = keyof Routes;
