/** Makes `process.env` hold the workflow's own variables and nothing else: what started this process is not theirs to see. */
export function replaceEnvironment(variables: Record<string, string>): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, variables);
}
