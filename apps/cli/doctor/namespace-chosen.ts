import { chooseNamespace } from "../session.ts";
import type { Check } from "./check.ts";

export const namespaceChosen: Check = {
  name: "namespace",
  needs: ["signed in"],
  run: async (facts) => {
    const { signedIn, access } = facts;
    facts.namespace = chooseNamespace(signedIn!.caller.namespaces, access?.namespace);
    return `${facts.namespace.name}, by ${access?.namespaceFrom ?? "being the only one"}`;
  },
};
