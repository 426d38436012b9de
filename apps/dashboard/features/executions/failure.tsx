import { useApi } from "../../lib/api.ts";
import { useMay } from "../../lib/me.ts";
import { Card } from "../../ui/card.tsx";
import { ScrollRegion } from "../../ui/scroll-region.tsx";
import { SourceLines } from "./source-lines.tsx";
import type { ExecutionDetail } from "./types.ts";

/** Why it failed, in its own words, at its line of the author's source. */
export function Failure({ detail, namespaceId }: { detail: ExecutionDetail; namespaceId: string }) {
  const { error, deploymentId, workflowId, version } = detail;
  const source = error?.source;
  const mayRead = useMay("workflow.read");
  const files = useApi(
    "getDeploymentSource",
    { params: { namespaceId, workflowId, deploymentId: deploymentId ?? "" } },
    { isEnabled: mayRead && deploymentId !== undefined && source !== undefined && version !== undefined },
  );
  if (error === undefined) return undefined;
  const file = files.data?.files.find(({ path }) => source?.file.endsWith(path) === true);
  return (
    <Card title="Error">
      <p className="font-medium text-danger [overflow-wrap:anywhere]">
        {error.name}: {error.message}
      </p>
      <p className="mt-1 text-soft">
        <code>{error.code}</code>
        {source === undefined ? undefined : (
          <>
            {" at "}
            <code className="[overflow-wrap:anywhere]">
              {source.file}:{source.line}:{source.column}
            </code>
          </>
        )}
      </p>
      {file === undefined || source === undefined ? undefined : (
        <SourceLines text={file.text} line={source.line} />
      )}
      {error.stack === undefined ? undefined : (
        <details className="mt-3">
          <summary className="cursor-pointer text-soft">Stack</summary>
          <ScrollRegion label="Stack" className="mt-2 rounded-lg bg-code p-3">
            <pre className="font-mono text-xs">{error.stack}</pre>
          </ScrollRegion>
        </details>
      )}
    </Card>
  );
}
