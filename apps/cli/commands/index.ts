import type { Command } from "../command.ts";
import { approvalsApprove, approvalsDecline, approvalsList } from "./approvals.ts";
import { completion } from "./completion.ts";
import { configGet } from "./config-get.ts";
import { configList } from "./config-list.ts";
import { configReset } from "./config-reset.ts";
import { configSet } from "./config-set.ts";
import { deliveriesList } from "./deliveries-list.ts";
import { deliveriesShow } from "./deliveries-show.ts";
import { deploy } from "./deploy.ts";
import { dev } from "./dev.ts";
import { doctor } from "./doctor.ts";
import { envList, envSet, envUnset } from "./env.ts";
import { eventsSend } from "./events-send.ts";
import { executionsList } from "./executions-list.ts";
import { executionsShow } from "./executions-show.ts";
import { init } from "./init.ts";
import { listDeployments } from "./list-deployments.ts";
import { listNamespaces } from "./list-namespaces.ts";
import { listProviders } from "./list-providers.ts";
import { listTriggers } from "./list-triggers.ts";
import { listWorkflows } from "./list-workflows.ts";
import { login } from "./login.ts";
import { logout } from "./logout.ts";
import { logs } from "./logs.ts";
import { manageProviders } from "./manage-providers.ts";
import { namespaceSelect } from "./namespace-select.ts";
import { namespaceSet } from "./namespace-set.ts";
import { namespaceShow } from "./namespace-show.ts";
import { open } from "./open.ts";
import { pause, resume } from "./pause.ts";
import { providersCheck, providersDelete, providersList, providersTypes } from "./providers.ts";
import { providersSet } from "./providers-set.ts";
import { pull } from "./pull.ts";
import { replay } from "./replay.ts";
import { replaysCancel, replaysList, replaysShow } from "./replays.ts";
import { rollback } from "./rollback.ts";
import { secretsDelete, secretsList, secretsSet } from "./secrets.ts";
import { serverStart } from "./server-start.ts";
import { serverStop } from "./server-stop.ts";
import { test } from "./test.ts";
import { trigger } from "./trigger.ts";
import { whoami } from "./whoami.ts";

/** Every command, in the order in which a newcomer needs them. */
export const commands: readonly Command[] = [
  init,
  dev,
  test,
  deploy,
  trigger,
  executionsList,
  executionsShow,
  deliveriesList,
  deliveriesShow,
  logs,
  replay,
  replaysList,
  replaysShow,
  replaysCancel,
  rollback,
  pause,
  resume,
  approvalsList,
  approvalsApprove,
  approvalsDecline,
  eventsSend,
  pull,
  listWorkflows,
  listTriggers,
  listDeployments,
  listProviders,
  listNamespaces,
  login,
  logout,
  whoami,
  namespaceShow,
  namespaceSelect,
  namespaceSet,
  providersSet,
  providersList,
  providersTypes,
  providersCheck,
  providersDelete,
  manageProviders,
  secretsSet,
  secretsList,
  secretsDelete,
  envSet,
  envList,
  envUnset,
  configList,
  configGet,
  configSet,
  configReset,
  open,
  serverStart,
  serverStop,
  doctor,
  completion(() => commands),
];

/** What the first word of a two-word command stands for. */
export const groups: Readonly<Record<string, string>> = {
  approvals: "Answer what runs ask.",
  events: "Send events to runs that wait for them.",
  env: "Set a deployed workflow's variables; in dev they come from .env.",
  deliveries: "See what came in.",
  executions: "See what ran.",
  providers: "Configure the services that workflows use: their accounts and credentials.",
  manage: "Go through what there is, and change it, question by question.",
  replays: "See and end replays of many.",
  secrets: "Set the secrets of a namespace.",
  list: "List what there is.",
  namespace: "Choose the namespace that commands work in.",
  config: "See and change settings.",
  server: "Run the server on this machine, or stop it.",
};
