import { grantAdminCommand, listAdminsCommand, revokeAdminCommand } from "./admins/admins.ts";
import { awsCommand } from "./aws/aws-command.ts";
import { backupCommand } from "./backup/backup.ts";
import { restoreCommand } from "./backup/restore.ts";
import type { OperatorCommand } from "./command.ts";
import { listKeysCommand } from "./keys/list-keys.ts";
import { moveKeysCommand } from "./keys/move-keys.ts";
import { rotateKeysCommand } from "./keys/rotate-keys.ts";

export const operatorCommands: readonly OperatorCommand[] = [
  listKeysCommand,
  rotateKeysCommand,
  moveKeysCommand,
  backupCommand,
  restoreCommand,
  listAdminsCommand,
  grantAdminCommand,
  revokeAdminCommand,
  awsCommand,
];
