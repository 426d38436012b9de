import type { DriverName } from "@floww/contract/api";
import { useState } from "react";
import { useApi, useChange } from "../../lib/api.ts";
import { useMay, useNamespaceId } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Problem } from "../../ui/problem.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Loading } from "../../ui/states.tsx";
import { useSay } from "../../ui/toasts.tsx";
import { driverTitles, isolationWords } from "./runtime-words.ts";

/** Where deployments run that do not say where. */
export function DefaultRuntime() {
  const namespaceId = useNamespaceId();
  const mayManage = useMay("namespace.manage");
  const runtime = useApi("getRuntime", { params: { namespaceId } });
  const [chosen, setChosen] = useState<DriverName>();
  const say = useSay();
  const change = useChange("setRuntime");
  const save = async (driver: DriverName) => {
    await change.mutateAsync({ params: { namespaceId }, body: { driver } });
    setChosen(undefined);
    say("Runtime changed", "It holds for deployments from now on.");
  };
  return (
    <QueryView query={runtime} loading={<Loading rows={3} className="p-0" />}>
      {({ driver, offered }) => {
        const isThere = offered.some((one) => one.driver === driver);
        const value = chosen ?? driver;
        return (
          <>
            <p className="mb-3 text-soft">
              For deployments whose <code>floww.yaml</code> names no runtime. What is deployed stays where it
              is.
            </p>
            {isThere ? undefined : (
              <p className="mb-3 rounded-lg bg-warn-soft px-3 py-2 text-warn">
                {driverTitles[driver]} are chosen, but this server does not offer them now.
              </p>
            )}
            <Choice
              label="Default runtime"
              value={value}
              isDisabled={!mayManage}
              onChange={(next) => setChosen(next)}
              options={offered.map((one) => ({
                value: one.driver,
                label: driverTitles[one.driver],
                help: (
                  <>
                    {isolationWords(one.isolation)} <code className="text-xs">{one.isolation}</code>
                  </>
                ),
              }))}
            />
            <Problem error={change.error} />
            {mayManage && offered.length > 1 ? (
              <div className="mt-3 flex justify-end">
                <Button
                  isBusy={change.isPending}
                  disabled={value === driver}
                  onClick={() => void save(value).catch(() => undefined)}
                >
                  Save
                </Button>
              </div>
            ) : undefined}
          </>
        );
      }}
    </QueryView>
  );
}
