import type { FormEvent } from "react";
import { useChange } from "../../lib/api.ts";
import { useMay, useMe, useNamespaceId } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useSay } from "../../ui/toasts.tsx";

/** The namespace's name and id. */
export function RenameNamespace() {
  const namespaceId = useNamespaceId();
  const name = useMe()?.namespaces.find(({ id }) => id === namespaceId)?.name ?? "";
  const mayManage = useMay("namespace.manage");
  const say = useSay();
  const rename = useChange("renameNamespace");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get("name"));
    await rename.mutateAsync({ params: { namespaceId }, body: { name: typed } });
    say("Renamed", `The namespace is called ${typed}.`);
  };
  return (
    <div className="grid gap-4">
      {mayManage ? (
        <form onSubmit={(event) => void submit(event).catch(() => undefined)}>
          <Field label="Name" help="Its id and its webhook addresses stay.">
            <div className="flex gap-2">
              <Input key={name} name="name" defaultValue={name} required maxLength={63} autoComplete="off" />
              <Button type="submit" isBusy={rename.isPending}>
                Rename
              </Button>
            </div>
          </Field>
          <Problem error={rename.error} />
        </form>
      ) : (
        <p>
          <span className="block font-medium">Name</span>
          {name}
        </p>
      )}
      <div>
        <span className="block font-medium">Id</span>
        <span className="flex items-center gap-1">
          <code className="min-w-0 text-xs [overflow-wrap:anywhere]">{namespaceId}</code>
          <CopyButton text={namespaceId} label="Copy the id" />
        </span>
      </div>
    </div>
  );
}
