import { useState } from "react";
import { useApi } from "../../lib/api.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Select } from "../../ui/select.tsx";
import { ProviderForm } from "./provider-form.tsx";
import type { Provider, ProviderType } from "./provider-parts.ts";

/** Configures an account of one of the services that the server knows. */
export function ConnectProvider({ providers }: { providers: readonly Provider[] }) {
  const [isOpen, setOpen] = useState(false);
  const types = useApi("listProviderTypes", {});
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        Connect provider
      </Button>
      <Dialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title="Connect a provider"
        lead="An account of a service that workflows listen to and act through. Their code never sees its credential."
      >
        <QueryView query={types}>
          {({ items }) => <Chosen types={items} providers={providers} onDone={() => setOpen(false)} />}
        </QueryView>
      </Dialog>
    </>
  );
}

interface ChosenProps {
  types: readonly ProviderType[];
  providers: readonly Provider[];
  onDone(): void;
}

function Chosen({ types, providers, onDone }: ChosenProps) {
  const [name, setName] = useState(types[0]?.type);
  const type = types.find((one) => one.type === name);
  if (type === undefined) return <p className="text-soft">This server knows no services.</p>;
  return (
    <div className="grid gap-4">
      <div className="grid gap-1">
        <span className="font-medium" aria-hidden="true">
          Service
        </span>
        <Select
          label="Service"
          value={type.type}
          options={types.map((one) => ({ value: one.type, label: one.title }))}
          onChange={setName}
        />
      </div>
      <ProviderForm key={type.type} type={type} providers={providers} onDone={onDone} />
    </div>
  );
}
