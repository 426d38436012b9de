import { prepareBundle } from "../project/prepare-bundle.ts";
import type { Check } from "./check.ts";

export const bundleBuilds: Check = {
  name: "code",
  needs: ["entry file"],
  run: async (facts) => {
    const { bundle, manifest } = await prepareBundle(facts.project!);
    facts.manifest = manifest;
    const size = `${Math.ceil(bundle.code.byteLength / 1024)} kB`;
    return `builds to ${size} with ${manifest.triggers.length} trigger(s)`;
  },
};
