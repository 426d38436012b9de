import { Builtin } from "@floww/sdk";

export const builtin = new Builtin();
