import { chooseNamespace } from "../session.ts";
import type { Check } from "./check.ts";

export const namespaceChosen: Check = {
  name: "namespace",
  needs: ["signed in"],
  run: async ({ signedIn, access }) => {
    const { name } = chooseNamespace(signedIn!.caller.namespaces, access?.namespace);
    return `${name}, by ${access?.namespaceFrom ?? "being the only one"}`;
  },
};
