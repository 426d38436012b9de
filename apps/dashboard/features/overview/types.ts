import type { RouteAnswer, Routes } from "@floww/contract/api";

export type Statistics = RouteAnswer<Routes["getStatistics"]>;
export type Counts = Statistics["total"]["counts"];
export type AttentionItem = RouteAnswer<Routes["listAttention"]>["items"][number];
