import type { RouteAnswer, Routes } from "@floww/contract/api";

export type DeliveryDetail = RouteAnswer<Routes["getDelivery"]>;
