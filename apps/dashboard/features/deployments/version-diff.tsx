import { useState } from "react";
import { useApi } from "../../lib/api.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";
import { CodeDiff } from "../../ui/code-diff.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Select } from "../../ui/select.tsx";
import { changedFiles } from "./changed-files.ts";
import { changedTriggers } from "./changed-triggers.ts";
import type { Deployment, WorkflowParams } from "./types.ts";

interface VersionDiffProps {
  params: WorkflowParams;
  after: Deployment;
  /** Newest first; what may be compared with. */
  versions: readonly Deployment[];
  onClose(): void;
}

/** What a version changed in code and triggers, beside an earlier one. */
export function VersionDiff({ params, after, versions, onClose }: VersionDiffProps) {
  const others = versions.filter(({ id }) => id !== after.id);
  const earlier = others.find(({ version }) => version < after.version) ?? others[0];
  const [beforeId, setBeforeId] = useState(earlier?.id ?? after.id);
  return (
    <Dialog isOpen isWide onClose={onClose} title={`What version ${after.version} changed`}>
      <div className="mb-4 flex items-center gap-2">
        <span className="text-soft">Beside</span>
        <Select
          label="Version to compare with"
          value={beforeId}
          options={others.map(({ id, version }) => ({ value: id, label: `version ${version}` }))}
          onChange={setBeforeId}
        />
      </div>
      <TriggerChanges
        before={{ ...params, deploymentId: beforeId }}
        after={{ ...params, deploymentId: after.id }}
      />
      <FileChanges
        before={{ ...params, deploymentId: beforeId }}
        after={{ ...params, deploymentId: after.id }}
      />
    </Dialog>
  );
}

interface Both {
  before: WorkflowParams & { deploymentId: string };
  after: WorkflowParams & { deploymentId: string };
}

const TONES: Record<"added" | "changed" | "removed", Tone> = {
  added: "good",
  changed: "warn",
  removed: "danger",
};

function TriggerChanges({ before, after }: Both) {
  const old = useApi("getDeploymentManifest", { params: before });
  const current = useApi("getDeploymentManifest", { params: after });
  return (
    <section aria-label="Triggers" className="mb-4">
      <h3 className="mb-1 font-semibold">Triggers</h3>
      <QueryView query={old}>
        {(was) => (
          <QueryView query={current}>
            {(is) => {
              const changes = changedTriggers(was.triggers, is.triggers);
              if (changes.length === 0) return <p className="text-soft">The same in both.</p>;
              return (
                <ul className="grid gap-1">
                  {changes.map(({ handlerId, kind, fields }) => (
                    <li key={handlerId} className="flex flex-wrap items-center gap-2">
                      <Badge tone={TONES[kind]}>{kind}</Badge>
                      <span className="[overflow-wrap:anywhere]">{handlerId}</span>
                      <span className="text-soft">{fields.join(", ")}</span>
                    </li>
                  ))}
                </ul>
              );
            }}
          </QueryView>
        )}
      </QueryView>
    </section>
  );
}

function FileChanges({ before, after }: Both) {
  const old = useApi("getDeploymentSource", { params: before });
  const current = useApi("getDeploymentSource", { params: after });
  return (
    <section aria-label="Code">
      <h3 className="mb-1 font-semibold">Code</h3>
      <QueryView query={old}>
        {(was) => (
          <QueryView query={current}>
            {(is) => {
              const files = changedFiles(was, is);
              if (files.length === 0) return <p className="text-soft">The same in both.</p>;
              return (
                <div className="grid gap-4">
                  {files.map((file) => (
                    <div key={file.path} className="min-w-0">
                      <Badge tone={TONES[file.kind]}>{file.kind}</Badge>
                      <CodeDiff
                        before={{ name: file.path, text: file.before }}
                        after={{ name: file.path, text: file.after }}
                        language={file.path.endsWith(".json") ? "json" : "typescript"}
                      />
                    </div>
                  ))}
                </div>
              );
            }}
          </QueryView>
        )}
      </QueryView>
    </section>
  );
}
