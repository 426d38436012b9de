/**
 * The arrows of the tree, as data: who may import whom. `find-violations.ts` reads them; nothing here runs.
 * A new part, area or room is written here first, and its place in the order is the decision.
 */
export interface Rules {
  /** Where code runs (first cut): a part's folder, and the parts it may import besides itself. */
  readonly parts: Readonly<Record<string, readonly string[]>>;
  /** What is inside a part (second cut): an area is a folder or a root file of that name. */
  readonly areas: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Areas that only test files may import, whatever `areas` says. */
  readonly testAreas: readonly string[];
  /** Folders of rooms in order: a room may import rooms earlier in its list, never later ones. */
  readonly rooms: Readonly<Record<string, readonly string[]>>;
  /** Folders whose sub-folders never import one another. */
  readonly isolated: readonly string[];
  /** Packages that only these folders may import; bench/, chaos/ and tests/ are free: they look from outside. */
  readonly clients: readonly { readonly packages: RegExp; readonly only: string }[];
  /** Folders that may import these outside packages and no others. Test files are free. */
  readonly outside: readonly OutsideRule[];
  /** Folders whose running code must never load this package, not even through something it imports. */
  readonly neverLoads: readonly { readonly files: RegExp; readonly package: string }[];
  /** A provider's half that runs on the server, which the half in a user's bundle must not import. */
  readonly serverHalf: { readonly files: RegExp; readonly inside: RegExp };
  /** The files that may read `process.env`. */
  readonly readsEnvironment: RegExp;
  /** The files that may end the process. */
  readonly endsProcess: RegExp;
  /** Imports for their effect (`import "x"`) that are allowed. */
  readonly effects: readonly { readonly files: RegExp; readonly specifier: RegExp }[];
}

interface OutsideRule {
  readonly name: string;
  readonly files: RegExp;
  readonly allowed: RegExp;
  readonly advice: string;
}

const PACKAGES = ["contract", "sdk", "providers", "executor", "floww", "images"].map(
  (name) => `packages/${name}`,
);
const [contract, sdk, providers, executor] = PACKAGES as [string, string, string, string];

const SERVER_HALF = /^packages\/providers\/(.+\/)?(server(\/.+)?|conformance)\.tsx?$/;

export const rules: Rules = {
  parts: {
    [contract]: [],
    [sdk]: [contract],
    [providers]: [contract, sdk],
    [executor]: [contract, sdk],
    "packages/floww": [contract, sdk, providers, executor],
    "packages/images": [contract],
    "apps/cli": [contract, sdk, providers, executor, "packages/images"],
    "apps/server": [contract, sdk, providers, executor, "packages/images"],
    "apps/dashboard": [contract],
    examples: ["packages/floww", sdk, providers],
    bench: [...PACKAGES, "apps/server", "tools"],
    chaos: [...PACKAGES, "apps/server", "apps/cli", "tools"],
    tests: [...PACKAGES, "apps/server", "tools"],
    tools: PACKAGES,
  },
  areas: {
    "apps/server": {
      // What must come before anything else is loaded, and then the rest.
      main: ["start", "run"],
      run: ["server", "operator", "config"],
      // What who runs the server does to it, in a process of its own.
      operator: ["start", "domain", "platform", "config"],
      server: ["start", "http", "jobs", "domain", "platform", "context", "config"],
      // What happens once, before anything is served.
      start: ["jobs", "domain", "platform", "config"],
      http: ["domain", "platform", "context", "package"],
      jobs: ["domain", "platform", "context"],
      // Either may name the other; that they do not do both is what the rule about cycles is for.
      domain: ["platform", "context"],
      context: ["domain", "platform", "config"],
      platform: [],
      config: [],
      // package.json: which version this is.
      package: [],
      testing: ["server", "start", "http", "jobs", "domain", "platform", "context", "config"],
    },
    "apps/dashboard": {
      main: ["pages", "features", "ui", "lib"],
      pages: ["features", "ui", "lib"],
      features: ["ui", "lib"],
      ui: ["lib"],
      lib: [],
      // Sent as it is.
      public: [],
    },
  },
  testAreas: ["apps/server/testing"],
  rooms: {
    "apps/server/domain": [
      "identity",
      "organizations",
      "namespaces",
      "live",
      "audit",
      "switches",
      "job-states",
      "secrets",
      "kv",
      "providers",
      "policies",
      "registry",
      "runtimes",
      "workflows",
      "deployments",
      "triggers",
      "executions",
      "journal",
      "journal",
      "deliveries",
      "dev-sessions",
      "attention",
      "administration",
    ],
  },
  isolated: ["apps/dashboard/features"],
  clients: [
    { packages: /^(pg|@aws-sdk|@workos-inc)(\/|$)/, only: "apps/server/platform/" },
    { packages: /^(better-auth|@simplewebauthn)(\/|$)/, only: "apps/server/domain/identity/" },
    { packages: /^openid-client(\/|$)/, only: "apps/server/" },
  ],
  outside: [
    {
      name: "leaf",
      files: /^packages\/contract\//,
      allowed: /^zod(\/|$)/,
      advice: "the contract is a leaf that also runs in browsers: only zod",
    },
    {
      name: "user-code",
      files: new RegExp(
        `^packages/(sdk/|providers/(?!${SERVER_HALF.source.slice("^packages\\/providers\\/".length)}))`,
      ),
      allowed: /^(?!node:)|^node:async_hooks$/,
      advice:
        "this lands in users' bundles: no Node module but node:async_hooks; put it into the provider's server.ts",
    },
  ],
  neverLoads: [{ files: /^packages\/executor\//, package: "zod" }],
  serverHalf: { files: SERVER_HALF, inside: /^packages\/providers\// },
  readsEnvironment:
    /^(apps\/server\/config\/env\.ts|apps\/cli\/environment\.ts|packages\/executor\/environment\.ts|packages\/executor\/conformance\/workflows\/.+|apps\/server\/testing\/moto-server\.ts|(tools|bench|chaos|tests)\/.+|.+\.test\.tsx?|.+\.parts\.ts)$/,
  endsProcess:
    /^((apps|packages)\/[^/]+\/main\.tsx?|packages\/executor\/process-guard\.ts|packages\/executor\/conformance\/workflows\/.+|chaos\/hostile\/behaviours\/.+|tools\/(.+\/)?(run|parts)\.ts)$/,
  effects: [{ files: /^apps\/dashboard\//, specifier: /\.css$/ }],
};
