/** Makes `process.env` hold the workflow's own variables and nothing else: what started this process is not theirs to see. */
export function replaceEnvironment(variables: Record<string, string>): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, variables);
}

/** What AWS Lambda, or a container's driver, and the function's settings say; undefined elsewhere. */
export function readLambdaSettings(): { api: string; bundle?: unknown; egress?: string } | undefined {
  const { AWS_LAMBDA_RUNTIME_API: api, FLOWW_BUNDLE: bundle, FLOWW_EGRESS: egress } = process.env;
  if (api === undefined) return undefined;
  return {
    api,
    ...(bundle === undefined ? {} : { bundle: JSON.parse(bundle) }),
    ...(egress === undefined ? {} : { egress }),
  };
}

export interface Arguments {
  /** The socket of the sandbox's proxy, where there is a sandbox. */
  egress?: string;
  /** The folder that this process may write to, where that is not the system's. */
  tmp?: string;
}

/** What the process engine has to say before the first frame: arguments, because an environment would be seen. */
export function readArguments(): Arguments {
  const known: Arguments = {};
  for (const argument of process.argv.slice(2)) {
    const [, name, value] = argument.match(/^--(egress|tmp)=(.+)$/) ?? [];
    if (name === "egress" || name === "tmp") known[name] = value!;
  }
  process.argv.splice(2);
  return known;
}
