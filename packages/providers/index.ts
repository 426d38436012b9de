/** What a workflow imports: one class a service. A bundle holds only those that it names. */
export * from "./slack/index.ts";
