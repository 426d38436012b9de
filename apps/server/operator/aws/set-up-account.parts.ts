import { describe, expect, onTestFinished, test } from "vitest";
import type { Account } from "../../platform/clients/aws/account/open-account.ts";
import { openAccount } from "../../platform/clients/aws/account/open-account.ts";
import type { AccountResource, ResourceKinds } from "../../platform/clients/aws/account/resource.ts";
import { openStranger } from "../../platform/clients/aws/account/stranger.ts";
import { motoCredentials, startMotoAccount } from "../../testing/moto-account.ts";
import { isMotoInstalled } from "../../testing/moto-server.ts";
import { applyAccount } from "./apply-account.ts";
import { describeAccount } from "./describe-account.ts";
import { type AnyKind, planAccount } from "./plan-account.ts";

const REGION = "eu-central-1";
const BUCKET = `floww-123456789012-${REGION}`;
const START_MS = 120_000;

async function anAccount() {
  const moto = await startMotoAccount();
  onTestFinished(() => moto[Symbol.asyncDispose]());
  const place = { region: REGION, endpoint: moto.url, credentials: motoCredentials };
  const opened = new AsyncDisposableStack();
  onTestFinished(() => opened.disposeAsync());
  return { stranger: openStranger(place, opened), open: () => openAccount(place, opened) };
}

const { resources } = describeAccount("floww");
const NAMES = resources.map(({ id }) => id);

async function plan(account: Account, of: readonly AccountResource[] = resources) {
  const planned = await planAccount(account, of);
  return planned.map(({ resource, action, differs }) => [resource.id, action, ...differs].join(" "));
}

async function apply(account: Account, of: readonly AccountResource[] = resources) {
  const done: string[] = [];
  const known = await applyAccount(account, of, {
    pause: async () => undefined,
    onDone: ({ resource, action, differs }) => done.push([resource.id, action, ...differs].join(" ")),
  });
  return { known, done };
}

/** The same account, for somebody who dies right after `writes` things were done in it. */
function dyingAfter(account: Account, writes: number): Account {
  let left = writes;
  const counted =
    <Args extends unknown[], T>(write: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      if (left === 0) throw new RangeError("killed");
      left--;
      return await write(...args);
    };
  const kinds = Object.entries(account.kinds).map(([type, typed]) => {
    const kind = typed as unknown as AnyKind;
    const change = Object.entries(kind.change).map(([name, write]) => [name, counted(write!)]);
    return [type, { ...kind, create: counted(kind.create), change: Object.fromEntries(change) }];
  });
  return { ...account, kinds: Object.fromEntries(kinds) as unknown as ResourceKinds };
}

/** What the stranger has in each of these. */
const NAMED_BY: Record<string, string[]> = {
  a: ["AWS::IAM::Role"],
  b: ["AWS::ECR::Repository"],
  c: ["AWS::S3::Bucket", "AWS::S3::BucketPolicy"],
  d: ["AWS::KMS::Key"],
  e: ["AWS::IAM::ManagedPolicy"],
  f: ["AWS::Logs::LogGroup"],
};

describe.skipIf(!isMotoInstalled)("[needs moto_server]", () => {
  test(
    "an empty account is planned, set up, and nothing is left to do",
    async () => {
      const { open, stranger } = await anAccount();
      const account = await open();
      const created = NAMES.map((id) => `${id} create`);
      const kept = NAMES.map((id) => `${id} keep`);
      expect(await plan(account)).toEqual(created);
      expect(await plan(account)).toEqual(created);
      expect((await apply(account)).done).toEqual(created);
      expect(await plan(await open())).toEqual(kept);
      expect((await apply(await open())).done).toEqual(kept);
      expect(await stranger.enabledKeys()).toHaveLength(1);
    },
    START_MS,
  );

  test(
    "what somebody loosened is mended, and what somebody denied or added beside stays",
    async () => {
      const { open, stranger } = await anAccount();
      const { known } = await apply(await open());
      await stranger.loosen({
        role: "floww-functions",
        repository: "floww-runtime",
        bucket: BUCKET,
        keyId: known.get("Key") ?? "",
      });
      const drifted = [
        "FunctionsLogs keep",
        "FunctionsRole change AssumeRolePolicyDocument Policies",
        "RuntimeRepository change RepositoryPolicyText",
        "Bucket change PublicAccessBlockConfiguration VersioningConfiguration LifecycleConfiguration",
        "BucketPolicy change PolicyDocument",
        "Key change EnableKeyRotation",
        "ServerPolicy keep",
      ];
      expect(await plan(await open())).toEqual(drifted);
      expect((await apply(await open())).done).toEqual(drifted);
      expect(await plan(await open())).toEqual(NAMES.map((id) => `${id} keep`));
      expect(await stranger.listBesides(BUCKET)).toEqual({
        statements: ["TlsOnly", "TheirOwn"],
        rules: ["floww-uploads", "theirs"],
      });
    },
    START_MS,
  );

  test(
    "a policy is changed more often than IAM keeps versions",
    async () => {
      const { open } = await anAccount();
      const account = await open();
      for (let round = 0; round < 7; round++) {
        const changed = resources.map((resource) => {
          if (resource.type !== "AWS::IAM::ManagedPolicy") return resource;
          const [first, ...rest] = resource.properties.PolicyDocument.Statement;
          const Statement = [{ ...first!, Action: `lambda:Get${round}` }, ...rest];
          const PolicyDocument = { ...resource.properties.PolicyDocument, Statement };
          return { ...resource, properties: { ...resource.properties, PolicyDocument } };
        });
        const { done } = await apply(account, changed);
        expect(done.at(-1)).toBe(round === 0 ? "ServerPolicy create" : "ServerPolicy change PolicyDocument");
      }
    },
    START_MS,
  );

  test(
    "what has such a name and is not ours is refused by its name, before anything is made",
    async () => {
      const { open, stranger } = await anAccount();
      const bucket = `c-123456789012-${REGION}`;
      const made: [prefix: string, name: string, make: () => Promise<unknown>][] = [
        ["a", "a-functions", () => stranger.makeRole("a-functions")],
        ["b", "b-runtime", () => stranger.makeRepository("b-runtime")],
        ["c", bucket, () => stranger.makeBucket(bucket, REGION)],
        ["d", "alias/d", () => stranger.makeKey("alias/d")],
        ["e", "e-server", () => stranger.makePolicy("e-server")],
        ["f", "/floww/f/functions", () => stranger.makeLogGroup("/floww/f/functions")],
      ];
      for (const [prefix, name, make] of made) {
        await make();
        const of = describeAccount(prefix).resources;
        const refused = { code: "ACCOUNT_RESOURCE_FOREIGN", message: expect.stringContaining(` ${name} `) };
        await expect(plan(await open(), of)).rejects.toMatchObject(refused);
        await expect(apply(await open(), of)).rejects.toMatchObject(refused);
        // What came before it in the order would have been made by now.
        const others = of.filter(({ type }) => !NAMED_BY[prefix]?.includes(type));
        expect((await plan(await open(), others)).filter((line) => !line.endsWith(" create"))).toEqual([]);
      }
    },
    START_MS,
  );

  test(
    "a functions' role that may do more than write its logs is refused, and not touched",
    async () => {
      const { open, stranger } = await anAccount();
      await apply(await open());
      await stranger.widenRole("floww-functions");
      await expect(apply(await open())).rejects.toMatchObject({
        code: "ACCOUNT_RESOURCE_UNFIT",
        message: expect.stringMatching(/policy more.+policy admin/),
      });
    },
    START_MS,
  );

  test(
    "who dies after any step is gone on from at the next run",
    async () => {
      const { open, stranger } = await anAccount();
      let isWhole = false;
      // Each time one step more gets done than the time before.
      for (let writes = 0; !isWhole; writes++) {
        expect(writes).toBeLessThan(40);
        isWhole = await apply(dyingAfter(await open(), 1)).then(
          () => true,
          (error: unknown) => {
            expect(error).toMatchObject({ message: "killed" });
            return false;
          },
        );
      }
      expect(await plan(await open())).toEqual(NAMES.map((id) => `${id} keep`));
      expect(await stranger.enabledKeys()).toHaveLength(1);
    },
    START_MS,
  );

  test(
    "several at once end the same, with one key",
    async () => {
      const { open, stranger } = await anAccount();
      const accounts = await Promise.all(Array.from({ length: 4 }, open));
      const ends = await Promise.all(accounts.map((account) => apply(account)));
      const [first, ...others] = ends.map(({ known }) => Object.fromEntries(known));
      for (const other of others) expect(other).toEqual(first);
      expect(await plan(await open())).toEqual(NAMES.map((id) => `${id} keep`));
      expect(await stranger.enabledKeys()).toEqual([first?.Key]);
    },
    START_MS,
  );

  test(
    "whoever sets up can sign in to the registry that the settings name",
    async () => {
      const { open } = await anAccount();
      expect(await (await open()).signInToRegistry()).toEqual({
        host: `123456789012.dkr.ecr.${REGION}.amazonaws.com`,
        credentials: { username: "AWS", password: expect.stringMatching(/./) },
      });
    },
    START_MS,
  );

  test(
    "two installations share an account",
    async () => {
      const { open } = await anAccount();
      const other = describeAccount("acme").resources;
      await apply(await open());
      await apply(await open(), other);
      expect(await plan(await open())).toEqual(NAMES.map((id) => `${id} keep`));
      expect(await plan(await open(), other)).toEqual(NAMES.map((id) => `${id} keep`));
    },
    START_MS,
  );
});
