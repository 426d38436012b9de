/** The last entry of an archive: without it the file was cut off. */
export const END_NAME = "end.json";
