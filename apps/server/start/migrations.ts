import { administrationMigrations } from "../domain/administration/schema.ts";
import { auditMigrations } from "../domain/audit/schema.ts";
import { deliveryMigrations } from "../domain/deliveries/schema.ts";
import { deploymentMigrations } from "../domain/deployments/schema.ts";
import { devSessionMigrations } from "../domain/dev-sessions/schema.ts";
import { executionMigrations } from "../domain/executions/schema.ts";
import { identityMigrations } from "../domain/identity/schema.ts";
import { jobStateMigrations } from "../domain/job-states/schema.ts";
import { journalMigrations } from "../domain/journal/schema.ts";
import { kvMigrations } from "../domain/kv/schema.ts";
import { namespaceMigrations } from "../domain/namespaces/schema.ts";
import { membershipMigrations, organizationMigrations } from "../domain/organizations/schema.ts";
import { providerMigrations } from "../domain/providers/schema.ts";
import { registryMigrations } from "../domain/registry/schema.ts";
import { secretMigrations } from "../domain/secrets/schema.ts";
import { switchMigrations } from "../domain/switches/schema.ts";
import { triggerMigrations } from "../domain/triggers/schema.ts";
import { workflowMigrations } from "../domain/workflows/schema.ts";

/** Every room's tables, in an order in which each finds what it refers to. Additions go to the end of their room's list. */
export const migrations = [
  ...organizationMigrations,
  ...namespaceMigrations,
  ...identityMigrations,
  ...membershipMigrations,
  ...auditMigrations,
  ...switchMigrations,
  ...jobStateMigrations,
  ...workflowMigrations,
  ...secretMigrations,
  ...kvMigrations,
  ...providerMigrations,
  ...registryMigrations,
  ...deploymentMigrations,
  ...triggerMigrations,
  ...executionMigrations,
  ...journalMigrations,
  ...deliveryMigrations,
  ...devSessionMigrations,
  ...administrationMigrations,
];

/** Partitioned by the day in their UUIDv7. */
export const ledgerTables = [
  "executions",
  "execution_logs",
  "execution_attempts",
  "journal_entries",
  "sent_events",
  "deliveries",
];
