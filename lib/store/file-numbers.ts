import { withoutQuery } from "./events";

export type NewFile = {
  kind: "output" | "error" | "deleted";
  resourceType: string | null;
  url: string;
  expectedCount: number | null;
};
export type NumberedFile = NewFile & { fileNo: number };

/** What makes two files the same, the surest sign first; links that were signed anew share the last one alone. */
const signs: ((file: NewFile) => string)[] = [
  ({ kind, url }) => JSON.stringify([kind, url]),
  ({ kind, url, resourceType, expectedCount }) =>
    JSON.stringify([kind, withoutQuery(url), resourceType, expectedCount]),
  ({ kind, resourceType, expectedCount }) => JSON.stringify([kind, resourceType, expectedCount]),
];

/**
 * Gives the files of a manifest their numbers: 1, 2, … the first time; where it comes again (links
 * had expired) the number of the same file, wherever in the list it stands now. A place in the list
 * is no sign: a server that lists in another order would have one file loaded twice in place of
 * another. What is like none of the known ones gets a new number.
 * @param known the job's files of the manifest before
 */
export function withNumbers(files: NewFile[], known: NumberedFile[]): NumberedFile[] {
  const numbers = new Map<NewFile, number>();
  let open = known;
  let rest = files;
  for (const sign of signs) {
    const places = new Map<string, NumberedFile[]>();
    for (const file of open.toReversed()) {
      const same = places.get(sign(file));
      if (same) same.push(file);
      else places.set(sign(file), [file]);
    }
    for (const file of rest) {
      const place = places.get(sign(file))?.pop();
      if (place) numbers.set(file, place.fileNo);
    }
    const taken = new Set(numbers.values());
    open = open.filter((file) => !taken.has(file.fileNo));
    rest = rest.filter((file) => !numbers.has(file));
  }
  let last = Math.max(0, ...known.slice(-1).map((file) => file.fileNo));
  return files.map((file) => ({ ...file, fileNo: numbers.get(file) ?? ++last }));
}
