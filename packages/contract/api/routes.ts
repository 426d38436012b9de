import { cancellationRoutes } from "./cancellations.ts";
import { deliveryRoutes } from "./deliveries.ts";
import { deploymentRoutes } from "./deployments.ts";
import { devSessionRoutes } from "./dev-sessions.ts";
import { envRoutes } from "./env.ts";
import { executionRoutes } from "./executions.ts";
import { identityRoutes } from "./identity.ts";
import { journalRoutes } from "./journal.ts";
import { kvRoutes } from "./kv.ts";
import { organizationRoutes } from "./organizations.ts";
import { providerRoutes } from "./providers.ts";
import { replayRoutes } from "./replays.ts";
import { retentionRoutes } from "./retention.ts";
import { runRoutes } from "./runs.ts";
import { runtimeRoutes } from "./runtimes.ts";
import { secretRoutes } from "./secrets.ts";
import { serverRoutes } from "./server.ts";
import { statisticsRoutes } from "./statistics.ts";
import { workflowRoutes } from "./workflows.ts";

/** Every route of the API by its operation id. */
export const routes = {
  ...serverRoutes,
  ...identityRoutes,
  ...organizationRoutes,
  ...workflowRoutes,
  ...deploymentRoutes,
  ...executionRoutes,
  ...cancellationRoutes,
  ...statisticsRoutes,
  ...journalRoutes,
  ...deliveryRoutes,
  ...replayRoutes,
  ...retentionRoutes,
  ...devSessionRoutes,
  ...runRoutes,
  ...runtimeRoutes,
  ...kvRoutes,
  ...providerRoutes,
  ...secretRoutes,
  ...envRoutes,
};

export type Routes = typeof routes;
export type RouteName = keyof Routes;
