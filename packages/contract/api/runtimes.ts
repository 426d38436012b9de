import * as z from "zod";
import { route } from "./route.ts";
import { namespaceParams } from "./shapes.ts";

export const driverNames = ["process", "docker", "lambda"] as const;
export type DriverName = (typeof driverNames)[number];

/** Where a version runs and with what. What a driver does not know it refuses, rather than ignore it. */
export const runtimeSettings = z.strictObject({
  /** Default: the namespace's. */
  driver: z.enum(driverNames).optional(),
  /** A runtime image in this server's registry, by digest. Default: the stock image. */
  image: z
    .string()
    .regex(/^[a-z0-9]+([._/-][a-z0-9]+)*@sha256:[0-9a-f]{64}$/, "must be <repository>@sha256:<64 digits>")
    .optional(),
  architecture: z.enum(["x64", "arm64"]).optional(),
  memoryMb: z.number().int().min(128).max(10_240).optional(),
  /** So many runs at once, and no more (AWS Lambda's reserved concurrency). */
  concurrency: z.number().int().min(1).max(1_000).optional(),
});

export type RuntimeSettings = z.infer<typeof runtimeSettings>;

const driver = z.enum(driverNames);
const path = "/api/namespaces/:namespaceId/runtime";
const reply = z.object({
  /** Of deployments that name none. */
  driver,
  /** What this server can run, and what keeps user code in there. */
  offered: z.array(z.object({ driver, isolation: z.string() })),
});

export const runtimeRoutes = {
  getRuntime: route({
    method: "GET",
    path,
    summary: "Shows where the namespace's workflows run unless they say otherwise, and where they could.",
    permission: "namespace.read",
    params: namespaceParams,
    reply,
  }),
  setRuntime: route({
    method: "PUT",
    path,
    summary: "Chooses where the namespace's next deployments run; what is deployed stays where it is.",
    permission: "namespace.manage",
    params: namespaceParams,
    body: z.strictObject({ driver }),
    reply,
    errors: ["RUNTIME_NOT_OFFERED"],
  }),
};
