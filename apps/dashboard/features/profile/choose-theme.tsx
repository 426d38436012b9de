import { chooseTheme, useTheme } from "../../lib/theme.ts";
import { Choice } from "../../ui/choice.tsx";

export function ChooseTheme() {
  return (
    <Choice
      label="Theme"
      value={useTheme()}
      onChange={chooseTheme}
      options={[
        { value: "system", label: "As the system", help: "Light or dark, whichever it is." },
        { value: "light", label: "Light" },
        { value: "dark", label: "Dark" },
      ]}
    />
  );
}
