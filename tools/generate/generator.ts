/** Something that writes committed files from source. `check` runs it too and fails when the files differ. */
export interface Generator {
  readonly name: string;
  /** Path from the repository root to the whole content, formatted the way it is committed. */
  outputs(): Promise<Map<string, string>>;
}
