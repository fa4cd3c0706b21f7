import { rm } from "node:fs/promises";
import path from "node:path";
import {
  type DataFile,
  everyType,
  mainTypes,
  ownData,
  repeatData,
  splitData,
  writeData,
} from "./data";

export type DataSet = { name: string; files: DataFile[]; resources: number; bytes: number };

const mixes = { "five types": mainTypes, "all types": everyType };
export type MixName = keyof typeof mixes;

const countName = (count: number) => {
  const power = Math.log10(count);
  return Number.isInteger(power) ? `10^${power}` : count.toLocaleString("en-US");
};

/** "2 GB", "300 KB". */
export function bytesName(bytes: number): string {
  const power = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${["B", "KB", "MB", "GB"][power]}`;
}

/** What the files are together. */
export const dataSet = (name: string, files: DataFile[]): DataSet => ({
  name,
  files,
  resources: files.reduce((sum, file) => sum + file.lines, 0),
  bytes: files.reduce((sum, file) => sum + file.bytes, 0),
});

/** Data is made once for all suites, in `folder`, and kept until the end. */
export class DataSets {
  readonly #made = new Map<string, Promise<DataSet>>();

  constructor(
    readonly folder: string,
    readonly say: (text: string) => void,
    /** a folder of NDJSON files, one a type, in place of generated ones */
    readonly ownFolder?: string,
  ) {}

  /** `size` resources in the proportions of the mix, a file a type. */
  generated(mix: MixName, size: number): Promise<DataSet> {
    const name = `${mix} ${countName(size)}`;
    return this.once(name, (folder) => writeData(folder, size, mixes[mix]));
  }

  /** The files of --files; null where none are given. */
  async own(): Promise<DataSet | null> {
    const source = this.ownFolder;
    return source ? this.once("own files", (folder) => ownData(source, folder)) : null;
  }

  /** `data` in files of at most `lines` lines each. */
  split(data: DataSet, lines: number): Promise<DataSet> {
    return this.once(`${data.name} by ${lines} lines`, (folder) =>
      splitData(folder, data.files, lines),
    );
  }

  /** About `bytes` bytes of Observations in `count` files, the lines of `data` again and again. */
  repeated(data: DataSet, bytes: number, count: number): Promise<DataSet> {
    const [file] = data.files;
    if (!file) throw new Error(`${data.name} has no file`);
    return this.once(`${count} × ${bytesName(bytes / count)}`, (folder) =>
      repeatData(folder, file, bytes / count, count),
    );
  }

  /** What `write` makes in a folder of its own, the first time it is asked for. */
  once(name: string, write: (folder: string) => Promise<DataFile[]>): Promise<DataSet> {
    const made = this.#made.get(name) ?? this.#make(name, write);
    this.#made.set(name, made);
    return made;
  }

  async #make(name: string, write: (folder: string) => Promise<DataFile[]>): Promise<DataSet> {
    this.say(`${name}: making the files`);
    return dataSet(name, await write(this.#folderOf(name)));
  }

  /** Gives back the disk's space of what only one suite needs. */
  async forget(name: string): Promise<void> {
    this.#made.delete(name);
    await rm(this.#folderOf(name), { recursive: true, force: true });
  }

  #folderOf(name: string): string {
    return path.join(this.folder, name.replaceAll(/[^\w^]+/g, "-"));
  }
}
