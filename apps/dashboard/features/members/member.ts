import type { RouteAnswer, Routes } from "@floww/contract/api";

export type Member = RouteAnswer<Routes["listMembers"]>["items"][number];
