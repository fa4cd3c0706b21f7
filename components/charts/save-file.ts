/** Hands a file to the reader: named by what it shows and today's date. */
export function saveFile(title: string, ending: "csv" | "svg" | "png", content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = `${title.replaceAll(/[\s/\\:*?"<>|]+/g, "-")}-${new Date().toISOString().slice(0, 10)}.${ending}`;
  link.click();
  // Some browsers read the address only after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
