import { awsCommand } from "./aws/aws-command.ts";
import type { OperatorCommand } from "./command.ts";

export const operatorCommands: readonly OperatorCommand[] = [awsCommand];
