import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

test("the registry's content lies on the disk, or in an ECR that is named whole", () => {
  expect(readConfig({}).registry).toEqual({ kind: "disk" });
  expect(readConfig({ FLOWW_REGISTRY: "ecr:eu-central-1/floww" }).registry).toEqual({
    kind: "ecr",
    region: "eu-central-1",
    prefix: "floww",
  });
  for (const value of [
    "",
    "s3",
    "ecr",
    "ecr:eu-central-1",
    "ecr:/floww",
    "ecr:eu-central-1/../x",
    "ecr:eu/A",
  ])
    expect(() => readConfig({ FLOWW_REGISTRY: value })).toThrow(/FLOWW_REGISTRY/);
});
