import { signIn } from "../session.ts";
import type { Check } from "./check.ts";

export const signedIn: Check = {
  name: "signed in",
  needs: ["server"],
  run: async (facts) => {
    const { client, caller, tokenFrom } = await signIn(facts.environment);
    facts.signedIn = { client, caller };
    return `as ${caller.name}, by ${tokenFrom}`;
  },
};
