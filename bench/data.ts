import { once } from "node:events";
import { createReadStream, createWriteStream, type WriteStream } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { Population, standardPopulation } from "@/sandbox/population/population";
import { type PatientType, patientTypes } from "@/sandbox/population/resource-types";
import { countOf, writeResource } from "@/sandbox/population/write-resource";

/** A part of every thousand resources, by type. */
export type Mix = Record<string, number>;

/** What a Synthea server hands out: many Observations, and Claims and benefits that are long. */
export const everyType: Mix = {
  Observation: 424,
  Claim: 158,
  ExplanationOfBenefit: 96,
  Encounter: 96,
  MedicationRequest: 62,
  Procedure: 61,
  Immunization: 41,
  DiagnosticReport: 42,
  Condition: 17,
  Patient: 3,
};

/** The five types with tables of their own, in the same proportions. */
export const mainTypes: Mix = {
  Observation: 704,
  Encounter: 160,
  MedicationRequest: 103,
  Condition: 28,
  Patient: 5,
};

export type DataFile = { type: string; path: string; lines: number; bytes: number };

const isPatientType = (type: string): type is PatientType =>
  (patientTypes as readonly string[]).includes(type);

const money = (cents: number) => `{"value":${(cents / 100).toFixed(2)},"currency":"USD"}`;

/** An item of a claim, as long as Synthea's. */
function item(sequence: number, amount: number, adjudicated: boolean): string {
  const code = `{"coding":[{"system":"http://snomed.info/sct","code":"${10_000_000 + (amount % 400)}","display":"Procedure of kind ${amount % 400}"}],"text":"Procedure of kind ${amount % 400}"}`;
  const share = (name: string, part: number) =>
    `{"category":{"coding":[{"system":"https://bluebutton.cms.gov/resources/codesystem/adjudication","code":"https://bluebutton.cms.gov/resources/variables/${name}","display":"${name.replaceAll("_", " ")}"}]},"amount":${money(Math.floor(amount / part))}}`;
  const adjudication = adjudicated
    ? `,"servicedPeriod":{"start":"2019-04-0${1 + (amount % 9)}T09:12:33-04:00","end":"2019-04-0${1 + (amount % 9)}T09:27:33-04:00"},"locationCodeableConcept":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/ex-serviceplace","code":"19","display":"Off Campus-Outpatient Hospital"}]},"adjudication":[${share("line_coinsrnc_amt", 5)},${share("line_prvdr_pmt_amt", 2)},${share("line_sbmtd_chrg_amt", 1)},${share("line_alowd_chrg_amt", 1)},${share("line_bene_ptb_ddctbl_amt", 9)}]`
    : `,"net":${money(amount)}`;
  return `{"sequence":${sequence},"productOrService":${code}${adjudication}}`;
}

/** A Claim of 1.3 KB or an ExplanationOfBenefit of 5 KB on average; a few of 8 and 49 KB. */
function financial(type: "Claim" | "ExplanationOfBenefit", patient: string, n: number): string {
  const benefit = type === "ExplanationOfBenefit";
  const long = n % 97 === 0;
  const items = benefit ? (long ? 26 : 1 + (n % 3)) : long ? 30 : 1 + (n % 3);
  const list = Array.from({ length: items }, (_, index) =>
    item(index + 1, 1_000 + ((n * 7919 + index * 104_729) % 90_000), benefit),
  );
  const id = `${benefit ? "b" : "c"}${String(n).padStart(7, "0")}-5f0e-4c1d-9a7b-2d3c4b5a6978`;
  const date = `20${10 + (n % 15)}-0${1 + (n % 9)}-1${n % 10}T0${n % 10}:15:42-05:00`;
  return `{"resourceType":"${type}","id":"${id}","meta":{"versionId":"1","lastUpdated":"2026-10-${10 + (n % 20)}T09:00:00.000+00:00"},"status":"active","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"institutional"}]},"use":"claim","patient":{"reference":"Patient/${patient}","display":"Somebody \\"Quoted\\" Somewhere"},"billablePeriod":{"start":"${date}","end":"${date}"},"created":"${date}","provider":{"reference":"Organization/7c1b-${n % 100}","display":"A HOSPITAL IN A TOWN"},"priority":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/processpriority","code":"normal"}]},"insurance":[{"focal":true,"coverage":{"display":"Blue Cross Blue Shield"}}],"item":[${list.join(",")}],"total":${benefit ? `[{"category":{"text":"Submitted Amount"},"amount":${money(n * 13)}}]` : money(n * 13)}}`;
}

/** Writes lines as fast as the disk takes them, in pieces of a megabyte. */
class LineFile {
  lines = 0;
  #text: string[] = [];
  #length = 0;
  readonly #stream: WriteStream;

  constructor(readonly path: string) {
    this.#stream = createWriteStream(path);
  }

  /** A line, or `lines` of them with line breaks between. */
  async add(text: string, lines = 1): Promise<void> {
    this.lines += lines;
    this.#text.push(text);
    this.#length += text.length + 1;
    if (this.#length > 1 << 20) await this.#flush();
  }

  async #flush(): Promise<void> {
    const text = `${this.#text.join("\n")}\n`;
    this.#text = [];
    this.#length = 0;
    if (!this.#stream.write(text)) await once(this.#stream, "drain");
  }

  async end(): Promise<void> {
    if (this.#length > 0) await this.#flush();
    this.#stream.end();
    await once(this.#stream, "close");
  }
}

/** `total` resources of the sandbox's population in the proportions of `mix`: a file a type, in a new folder. */
export async function writeData(folder: string, total: number, mix: Mix): Promise<DataFile[]> {
  await mkdir(folder, { recursive: true });
  const sum = Object.values(mix).reduce((a, b) => a + b, 0);
  const wanted = Object.entries(mix).map(([type, part]) => ({
    type,
    count: Math.max(1, Math.round((total * part) / sum)),
    file: new LineFile(path.join(folder, `${type}.ndjson`)),
  }));
  const population = new Population({ ...standardPopulation, scale: 1_000 });
  people: for (const group of population.groups) {
    for (let index = 0; index < group.size; index += 1) {
      const open = wanted.filter(({ count, file }) => file.lines < count);
      if (open.length === 0) break people;
      const person = population.person(group, index);
      const patient = population.patientId(group, index);
      for (const { type, count, file } of open) {
        const has = isPatientType(type) ? countOf(person, type) : 24;
        for (let n = 0; n < has && file.lines < count; n += 1) {
          await file.add(
            isPatientType(type)
              ? writeResource(person, type, n)
              : financial(type as "Claim" | "ExplanationOfBenefit", patient, file.lines),
          );
        }
      }
    }
  }
  const files: DataFile[] = [];
  for (const { type, file } of wanted) {
    await file.end();
    files.push({ type, path: file.path, lines: file.lines, bytes: (await stat(file.path)).size });
  }
  // Largest first: how a manifest comes does not matter, but the last file should not stand alone.
  return files.sort((a, b) => b.bytes - a.bytes);
}

/** `files` files of `lines` lines of about `bytes` bytes: Binary resources, such as scanned documents. */
export async function writeLongLines(
  folder: string,
  files: number,
  lines: number,
  bytes: number,
): Promise<DataFile[]> {
  await mkdir(folder, { recursive: true });
  const text = "QmluYXJ5IGRhdGEgYXMgYmFzZTY0".repeat(Math.ceil(bytes / 28)).slice(0, bytes);
  const made: DataFile[] = [];
  for (let no = 0; no < files; no += 1) {
    const file = new LineFile(path.join(folder, `Binary-${no}.ndjson`));
    for (let n = 0; n < lines; n += 1) {
      await file.add(
        `{"resourceType":"Binary","id":"${no}-${n}","contentType":"application/pdf","data":"${text}"}`,
      );
    }
    await file.end();
    made.push({ type: "Binary", path: file.path, lines, bytes: (await stat(file.path)).size });
  }
  return made;
}

/** The same lines in files of at most `linesPerFile` lines each. */
export async function splitData(
  folder: string,
  files: readonly DataFile[],
  linesPerFile: number,
): Promise<DataFile[]> {
  await mkdir(folder, { recursive: true });
  const made: DataFile[] = [];
  for (const { type, path: source } of files) {
    let lines: string[] = [];
    const write = async () => {
      if (lines.length === 0) return;
      const target = path.join(folder, `${type}-${made.length}.ndjson`);
      const text = `${lines.join("\n")}\n`;
      await writeFile(target, text);
      made.push({ type, path: target, lines: lines.length, bytes: Buffer.byteLength(text) });
      lines = [];
    };
    for await (const line of createInterface({ input: createReadStream(source) })) {
      if (lines.push(line) === linesPerFile) await write();
    }
    await write();
  }
  return made;
}

/**
 * `count` files of about `bytes` bytes each: the file's lines again and again, with ids of their own.
 * Much quicker than making as many anew.
 */
export async function repeatData(
  folder: string,
  file: DataFile,
  bytes: number,
  count: number,
): Promise<DataFile[]> {
  await mkdir(folder, { recursive: true });
  const start = `{"resourceType":"${file.type}","id":"`;
  // Pieces of a few megabytes: what is replaced in one go is one string.
  const all = (await readFile(file.path, "utf8")).split("\n").filter(Boolean);
  const size = Math.ceil((all.length * Math.min(4 << 20, bytes)) / file.bytes);
  const made: DataFile[] = [];
  for (let no = 0; no < count; no += 1) {
    const out = new LineFile(path.join(folder, `${file.type}-${no}.ndjson`));
    let written = 0;
    for (let from = 0, round = 0; written < bytes; from += size) {
      if (from >= all.length) [from, round] = [0, round + 1];
      const piece = all.slice(from, from + size);
      const text = piece.join("\n").replaceAll(start, `${start}${no}-${round}-`);
      await out.add(text, piece.length);
      written += text.length + 1;
    }
    await out.end();
    const { size: onDisk } = await stat(out.path);
    made.push({ type: file.type, path: out.path, lines: out.lines, bytes: onDisk });
  }
  return made;
}

/** NDJSON files of one's own, each named after its type, copied to where PostgreSQL can read them. */
export async function ownData(source: string, folder: string): Promise<DataFile[]> {
  await mkdir(folder, { recursive: true });
  const names = (await readdir(source)).filter((name) => name.endsWith(".ndjson"));
  if (names.length === 0) throw new Error(`There is no .ndjson file in ${source}.`);
  const files: DataFile[] = [];
  for (const name of names) {
    const target = path.join(folder, name);
    const file = new LineFile(target);
    for await (const line of createInterface({
      input: createReadStream(path.join(source, name)),
    })) {
      if (line.trim() !== "") await file.add(line);
    }
    await file.end();
    const type = /^[A-Za-z]+/.exec(name)?.[0] ?? name;
    files.push({ type, path: target, lines: file.lines, bytes: (await stat(target)).size });
  }
  return files.sort((a, b) => b.bytes - a.bytes);
}
