import { FlowwError } from "@floww/contract/errors";

/** Why what was asked for did not happen, beside where it was asked for. Nothing, while there is no error. */
export function Problem({ error }: { error: unknown }) {
  if (error === null || error === undefined) return undefined;
  const [message, fix] =
    error instanceof FlowwError
      ? [error.message, error.fix]
      : ["The server could not be reached.", "Check the connection and try again."];
  return (
    <div
      role="alert"
      className="mt-3 rounded-lg bg-danger-soft px-3 py-2 text-danger [overflow-wrap:anywhere]"
    >
      <p className="font-medium">{message}</p>
      <p>{fix}</p>
    </div>
  );
}
