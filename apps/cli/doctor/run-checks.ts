import { FlowwError } from "@floww/contract/errors";
import type { Check, DoctorFacts, Finding } from "./check.ts";

export async function runChecks(checks: readonly Check[], facts: DoctorFacts): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const check of checks) {
    const missing = check.needs.find(
      (name) => !findings.some((f) => f.check === name && f.status === "fine"),
    );
    findings.push(
      missing === undefined
        ? await runCheck(check, facts)
        : { check: check.name, status: "left out", message: `needs "${missing}"` },
    );
  }
  return findings;
}

async function runCheck({ name, run }: Check, facts: DoctorFacts): Promise<Finding> {
  try {
    const found = await run(facts);
    if (typeof found === "string") return { check: name, status: "fine", message: found };
    return { check: name, status: "left out", message: found.leftOut };
  } catch (error) {
    if (!(error instanceof FlowwError)) throw error;
    const { frame } = (error.details ?? {}) as { frame?: string };
    const finding: Finding = { check: name, status: "wrong", message: error.message, fix: error.fix };
    return frame === undefined ? finding : { ...finding, frame };
  }
}
