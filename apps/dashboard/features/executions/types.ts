import type { RouteAnswer, Routes } from "@floww/contract/api";

export type ExecutionDetail = RouteAnswer<Routes["getExecution"]>;
