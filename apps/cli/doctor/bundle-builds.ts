import { prepareBundle } from "../project/prepare-bundle.ts";
import type { Check } from "./check.ts";

export const bundleBuilds: Check = {
  name: "code",
  needs: ["entry file"],
  run: async ({ project }) => {
    const { bundle, manifest } = await prepareBundle(project!);
    const size = `${Math.ceil(bundle.code.byteLength / 1024)} kB`;
    return `builds to ${size} with ${manifest.triggers.length} trigger(s)`;
  },
};
