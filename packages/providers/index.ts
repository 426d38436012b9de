/** What a workflow imports: one class a service. A bundle holds only those that it names. */
export * from "./github/index.ts";
export * from "./slack/index.ts";
