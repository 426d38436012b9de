import { expect, test } from "vitest";
import { containerCommand } from "./container-command.ts";

const place = {
  ...{ name: "floww-1", image: "floww-runtime:1", owner: "server", folder: "/tmp/floww-ctr-1/in" },
  ...{ network: "none", memoryMb: 256, cpus: 1 },
};

test("a container has no capability, no network, nothing to write but its /tmp, and bounds", () => {
  const command = containerCommand(place).join(" ");
  for (const part of [
    ...["--cap-drop ALL", "--security-opt no-new-privileges", "--read-only", "--network none"],
    ...["--memory 256m --memory-swap 256m", "--cpus 1", "--pids-limit 64", "--user 1000:1000"],
    ...["source=/tmp/floww-ctr-1/in,target=/run/floww,readonly"],
  ])
    expect(command).toContain(part);
  expect(command).not.toContain("docker.sock");
  expect(command.match(/--mount/g)).toHaveLength(1);
});

test("with a network of the engine's there is no proxy to go through", () => {
  expect(containerCommand(place).join(" ")).toContain("FLOWW_EGRESS");
  expect(containerCommand({ ...place, network: "workflows" }).join(" ")).not.toContain("FLOWW_EGRESS");
});
