// Light or dark is decided before the first paint: what the person chose, else what the system says.
(() => {
  let chosen;
  try {
    chosen = localStorage.getItem("floww.theme");
  } catch {
    // Storage is off: the system decides.
  }
  const isDark =
    chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", isDark);
})();
