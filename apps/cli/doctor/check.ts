import type { Manifest } from "@floww/contract/manifest";
import type { Environment } from "../environment.ts";
import type { Project } from "../project/read-project.ts";
import type { Access, Session } from "../session.ts";

/** One thing that can be wrong. The checks run in order; one whose `needs` are not fine is left out. */
export interface Check {
  name: string;
  needs: readonly string[];
  /** Answers what is fine, in a few words. @throws FlowwError with what is wrong and the command that solves it */
  run(facts: DoctorFacts): Promise<string | LeftOut>;
}

/** A check that has nothing to look at, and why. */
export interface LeftOut {
  leftOut: string;
}

/** What the checks have found out so far. */
export interface DoctorFacts {
  environment: Environment;
  folder: string;
  access?: Access;
  /** The `Date` header of the server's answer, and when it came. */
  serverDate?: { shown: string; atMs: number };
  signedIn?: Pick<Session, "client" | "caller">;
  namespace?: Session["namespace"];
  project?: Project;
  /** What its code declares. */
  manifest?: Manifest;
}

export interface Finding {
  check: string;
  status: "fine" | "wrong" | "left out";
  message: string;
  fix?: string;
  frame?: string;
}
