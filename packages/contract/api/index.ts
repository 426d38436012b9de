export { type Client, type ClientOptions, createClient } from "./client.ts";
export * from "./deployments.ts";
export * from "./dev-sessions.ts";
export * from "./executions.ts";
export * from "./permissions.ts";
export type { Method, Route, RouteAnswer, RouteInput, RouteReply, RouteRequest } from "./route.ts";
export { type RouteName, type Routes, routes } from "./routes.ts";
export * from "./workflows.ts";
