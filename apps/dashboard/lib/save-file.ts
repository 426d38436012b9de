/** Lets the browser keep bytes as a file. They are never opened in the page's origin, whatever they hold. */
export function saveFile(name: string, bytes: Uint8Array<ArrayBuffer>): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // After the click was dealt with.
  setTimeout(() => URL.revokeObjectURL(url));
}
