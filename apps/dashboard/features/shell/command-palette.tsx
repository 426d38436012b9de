import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useRouter } from "@tanstack/react-router";
import { itemsOf, useApiPages } from "../../lib/api.ts";
import { useMe } from "../../lib/me.ts";
import { chooseTheme, themes } from "../../lib/theme.ts";
import { type Place, screensOf } from "./screens.ts";

interface Command {
  value: string;
  label: string;
  /** What kind of thing it is. */
  note: string;
  run(): void;
}

interface CommandPaletteProps {
  place: Place;
  onClose(): void;
}

/** Every screen, workflow and namespace by its name, from the keyboard. */
export function CommandPalette({ place, onClose }: CommandPaletteProps) {
  const commands = useCommands(place);
  return (
    <Dialog.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/50" />
        <Dialog.Popup
          aria-label="Command palette"
          className="fixed top-16 left-1/2 z-50 w-[calc(100vw-2rem)] max-w-lg -translate-x-1/2 overflow-hidden rounded-xl border bg-raised shadow-xl"
        >
          <Autocomplete.Root open inline items={commands} autoHighlight="always" keepHighlight>
            <Autocomplete.Input
              aria-label="Go to"
              placeholder="Go to a screen, a workflow, a namespace…"
              className="w-full border-b bg-transparent px-4 py-3 outline-none"
            />
            <Dialog.Close className="sr-only">Close</Dialog.Close>
            <Autocomplete.Empty>
              <p className="px-4 py-6 text-center text-soft">Nothing is called that.</p>
            </Autocomplete.Empty>
            <Autocomplete.List className="max-h-80 overflow-y-auto p-1 empty:p-0">
              {(command: Command) => (
                <Autocomplete.Item
                  key={command.value}
                  value={command}
                  onClick={() => {
                    onClose();
                    command.run();
                  }}
                  className="flex items-center justify-between gap-3 rounded-md px-3 py-2 data-highlighted:bg-hover"
                >
                  <span className="min-w-0 truncate">{command.label}</span>
                  <span className="shrink-0 text-xs text-soft">{command.note}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function useCommands(place: Place): Command[] {
  const { namespaceId } = place;
  const me = useMe();
  const { history } = useRouter();
  const workflows = useApiPages("listWorkflows", { params: { namespaceId: namespaceId ?? "" } });
  const go = (path: string) => () => history.push(path);
  const screens = screensOf(me, place).map(({ path, label, group }) => ({
    value: path,
    label,
    note: group,
    run: go(path),
  }));
  const found = itemsOf(namespaceId === undefined ? undefined : workflows.data).map(({ id, name }) => ({
    value: id,
    label: name,
    note: "Workflow",
    run: go(`/ns/${namespaceId}/workflows/${id}`),
  }));
  const namespaces = (me?.namespaces ?? []).map(({ id, name }) => ({
    value: id,
    label: name,
    note: "Namespace",
    run: go(`/ns/${id}`),
  }));
  const looks = themes.map((theme) => ({
    value: `theme-${theme}`,
    label: `Theme: ${theme}`,
    note: "Look",
    run: () => chooseTheme(theme),
  }));
  return [...screens, ...found, ...namespaces, ...looks];
}
