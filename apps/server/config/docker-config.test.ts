import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

test("workflows run in containers where a program for that is named, without a network unless one is", () => {
  expect(readConfig({}).docker).toBeUndefined();
  expect(readConfig({ FLOWW_DOCKER: "podman", HOME: "/home/ada" }).docker).toEqual({
    program: "podman",
    network: "none",
    base: "public.ecr.aws/lambda/nodejs:24",
    env: { HOME: "/home/ada" },
  });
});

test.each([
  ["FLOWW_DOCKER", "docker run"],
  ["FLOWW_DOCKER_NETWORK", "host"],
  ["FLOWW_DOCKER_NETWORK", "container:other"],
])("%s=%s is refused by its name", (name, value) => {
  expect(() => readConfig({ FLOWW_DOCKER: "docker", [name]: value })).toThrow(name);
});
