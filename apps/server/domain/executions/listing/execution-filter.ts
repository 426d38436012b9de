/** Which executions of a namespace; what is left out admits all. Plain data: a replay of many keeps it in the database. */
export interface ExecutionFilter {
  namespaceId: string;
  workflowId?: string | undefined;
  triggerId?: string | undefined;
  /** One version of its workflow. */
  deploymentId?: string | undefined;
  state?: number | undefined;
  /** When it was received, as its id says: from the one up to the other. */
  fromMs?: number | undefined;
  toMs?: number | undefined;
}
