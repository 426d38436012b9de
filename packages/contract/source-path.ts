const PATH_CHARACTERS_MAX = 400;
/** What a segment may not hold: what some file system reads as something else than a name. */
const ODD_CHARACTERS = /[\u0000-\u001f\u007f\\:*?"<>|]/;

/**
 * Whether a path out of a source map may name a file of the author's own below a project's folder: relative, nothing
 * upwards, nothing hidden (`.git/config` and `.npmrc` make other programs run things), nothing installed. A source map
 * is what somebody uploaded: both who hands its paths out and who writes to them ask this.
 */
export function isSourcePath(path: string): boolean {
  return path.length <= PATH_CHARACTERS_MAX && path.split("/").every(isPlainName);
}

function isPlainName(name: string): boolean {
  const isOdd = name === "" || name.startsWith(".") || /[. ]$/.test(name) || ODD_CHARACTERS.test(name);
  return !isOdd && name.toLowerCase() !== "node_modules";
}
