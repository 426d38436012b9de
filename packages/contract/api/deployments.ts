import * as z from "zod";
import { manifest } from "../abi/manifest.ts";
import { limits } from "../limits.ts";
import { isSourcePath } from "../source-path.ts";
import { route } from "./route.ts";
import { driverNames, runtimeSettings } from "./runtimes.ts";
import { id, instant, namespaceParams, page, pageQuery, providerMappings, workflowParams } from "./shapes.ts";
import { trigger } from "./workflows.ts";

const hash = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hexadecimal");

export const deployment = z.object({
  id: id("deployment"),
  workflowId: id("workflow"),
  version: z.number().int(),
  /** The driver that it was proven in. */
  runtime: z.enum(driverNames),
  bundleHash: hash,
  isActive: z.boolean(),
  createdBy: z.string(),
  createdAt: instant,
  activatedAt: instant.optional(),
});

export const deployed = z.object({
  deploymentId: id("deployment"),
  workflowId: id("workflow"),
  version: z.number().int(),
  runtime: z.enum(driverNames),
  triggers: z.array(trigger),
  warnings: z.array(z.string()),
  timingsMs: z.record(z.string(), z.number()),
});

/** What the author wrote, as the bundle's source map holds it. */
export const deploymentSource = z.object({
  deploymentId: id("deployment"),
  version: z.number().int(),
  entrypoint: z.string().refine(isSourcePath),
  files: z
    .array(z.object({ path: z.string().refine(isSourcePath, "leaves its folder"), text: z.string() }))
    .max(limits.sourceFilesMax),
  /** Sources outside of the project's folder, and odd ones: named, not given. */
  leftOut: z.array(z.string()),
  /** Packages that the files name and that were bundled with them. */
  packages: z.array(z.string()),
});

const bundles = "/api/namespaces/:namespaceId/bundles/:hash";
const deployments = "/api/namespaces/:namespaceId/workflows/:workflowId/deployments";
const bundleParams = namespaceParams.extend({ hash });

export const deploymentRoutes = {
  getBundle: route({
    method: "GET",
    path: bundles,
    summary: "Says whether a bundle was uploaded, by the SHA-256 of its code followed by its source map.",
    permission: "workflow.read",
    params: bundleParams,
    reply: z.object({ hash, bytes: z.number().int() }),
  }),
  putBundle: route({
    method: "PUT",
    path: bundles,
    summary: "Uploads a bundle: code followed by its source map.",
    permission: "workflow.deploy",
    feature: "deploys",
    params: bundleParams,
    query: z.object({ codeBytes: z.coerce.number().int().min(1).max(limits.bundleBytesMax) }),
    body: "bytes",
    status: 204,
    errors: ["BUNDLE_INVALID", "BUNDLE_TOO_LARGE"],
  }),
  createDeployment: route({
    method: "POST",
    path: deployments,
    summary:
      "Proves a bundle in the runtime and makes it the active version; the old one stays live when it fails.",
    permission: "workflow.deploy",
    feature: "deploys",
    params: workflowParams,
    body: z.strictObject({
      bundleHash: hash,
      manifest,
      providers: providerMappings,
      runtime: runtimeSettings.default({}),
    }),
    status: 201,
    reply: deployed,
    errors: [
      "BUNDLE_MISSING",
      "IMPORT_FAILED",
      "ENUMERATE_TIMEOUT",
      "MANIFEST_MISMATCH",
      "MANIFEST_INVALID",
      "NO_TRIGGERS",
      "PROVIDER_MISSING",
      "REGISTRATION_FAILED",
      "RUNTIME_NOT_OFFERED",
    ],
  }),
  listDeployments: route({
    method: "GET",
    path: deployments,
    summary: "Lists a workflow's versions, newest first.",
    permission: "workflow.read",
    params: workflowParams,
    query: z.object(pageQuery),
    reply: page(deployment),
  }),
  getDeploymentSource: route({
    method: "GET",
    path: `${deployments}/:deploymentId/source`,
    summary: "Gives the author's own source files of a version, out of its bundle's source map.",
    permission: "workflow.read",
    params: workflowParams.extend({ deploymentId: id("deployment") }),
    reply: deploymentSource,
    errors: ["SOURCE_UNREADABLE"],
  }),
  getDeploymentManifest: route({
    method: "GET",
    path: `${deployments}/:deploymentId/manifest`,
    summary: "Shows what a version's code declares: triggers, providers and secrets.",
    permission: "workflow.read",
    params: workflowParams.extend({ deploymentId: id("deployment") }),
    reply: manifest,
  }),
  activateDeployment: route({
    method: "POST",
    path: `${deployments}/activate`,
    summary: "Makes an earlier version active again: the one named, or the one active before this one.",
    permission: "workflow.deploy",
    feature: "deploys",
    params: workflowParams,
    body: z.strictObject({ version: z.number().int().min(1).optional() }),
    reply: deployed,
    errors: ["STATE_CONFLICT"],
  }),
};
