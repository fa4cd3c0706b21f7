import type { Cell } from "./resources/row-columns";

/** How a column stands in PostgreSQL's binary COPY format. */
export type CellKind = "text" | "time" | "day" | "flag" | "number" | "texts" | "numbers";

/** What an array says its elements are: PostgreSQL's own numbers of the types. */
const typeNumbers = { texts: 25, numbers: 701 };

const epochMs = Date.UTC(2000, 0, 1);
const dayMs = 86_400_000;
const hexDigits = /[^0-9a-f]/g;

/** PGCOPY, flags, header extension: what every binary COPY starts with. */
export const copyHeader = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
/** A row of -1 fields: the end. */
export const copyTrailer = Buffer.from([0xff, 0xff]);

/**
 * Rows in PostgreSQL's binary COPY format, one after another in one buffer that grows where it must
 * and is used again. Binary, because both sides are spared a text form: no escaping of the resource,
 * whose bytes go through as they came, and no parsing of times and numbers by PostgreSQL.
 */
export class CopyBuffer {
  length = 0;
  #buffer: Buffer;

  constructor(readonly capacity: number) {
    this.#buffer = Buffer.allocUnsafeSlow(capacity);
  }

  /** Forgets the rows; what one very long line made it grow to is given back. */
  clear(): void {
    this.length = 0;
    if (this.#buffer.length > 2 * this.capacity) {
      this.#buffer = Buffer.allocUnsafeSlow(this.capacity);
    }
  }

  /** The bytes from `start` to `end`; valid until the buffer is cleared or grows. */
  slice(start: number, end: number): Buffer {
    return this.#buffer.subarray(start, end);
  }

  #reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(
      Math.max(needed, this.#buffer.length + Math.min(this.#buffer.length, this.capacity)),
    );
    this.#buffer.copy(larger, 0, 0, this.length);
    this.#buffer = larger;
  }

  #int32(value: number): void {
    const at = this.length;
    const buffer = this.#buffer;
    buffer[at] = value >> 24;
    buffer[at + 1] = value >> 16;
    buffer[at + 2] = value >> 8;
    buffer[at + 3] = value;
    this.length = at + 4;
  }

  /** A row begins: so many fields follow. */
  row(fields: number): void {
    this.#reserve(2);
    this.#buffer[this.length] = fields >> 8;
    this.#buffer[this.length + 1] = fields;
    this.length += 2;
  }

  null(): void {
    this.#reserve(4);
    this.#int32(-1);
  }

  integer(value: number): void {
    this.#reserve(8);
    this.#int32(4);
    this.#int32(value);
  }

  bytes(value: Uint8Array): void {
    this.#reserve(4 + value.length);
    this.#int32(value.length);
    this.#buffer.set(value, this.length);
    this.length += value.length;
  }

  text(value: string): void {
    // UTF-8 takes at most three bytes for one of a string's units.
    this.#reserve(4 + value.length * 3);
    const start = this.length + 4;
    const buffer = this.#buffer;
    let at = start;
    // Most values are short and plain: cheaper here than a call into the runtime.
    if (value.length < 64) {
      for (let i = 0; i < value.length; i += 1) {
        const unit = value.charCodeAt(i);
        if (unit > 0x7f) {
          at = -1;
          break;
        }
        buffer[at++] = unit;
      }
    } else at = -1;
    const size = at === -1 ? buffer.write(value, start, "utf8") : at - start;
    this.#int32(size);
    this.length += size;
  }

  /** In milliseconds since 1970. */
  time(ms: number): void {
    this.#reserve(12);
    this.#int32(8);
    // Microseconds since 2000, which a number holds exactly for some 285 years to each side.
    const micros = (ms - epochMs) * 1000;
    if (Number.isSafeInteger(micros)) {
      const high = Math.floor(micros / 0x1_0000_0000);
      this.#int32(high);
      this.#int32(micros - high * 0x1_0000_0000);
    } else {
      this.#buffer.writeBigInt64BE(BigInt(ms - epochMs) * 1000n, this.length);
      this.length += 8;
    }
  }

  flag(value: boolean): void {
    this.#reserve(5);
    this.#int32(1);
    this.#buffer[this.length] = value ? 1 : 0;
    this.length += 1;
  }

  number(value: number): void {
    this.#reserve(12);
    this.#int32(8);
    this.#buffer.writeDoubleBE(value, this.length);
    this.length += 8;
  }

  /** An array of one dimension, from 1 on. */
  list(kind: "texts" | "numbers", values: readonly (string | number | null)[]): void {
    this.#reserve(24);
    const start = this.length;
    this.length += 4;
    this.#int32(1);
    this.#int32(values.includes(null) ? 1 : 0);
    this.#int32(typeNumbers[kind]);
    this.#int32(values.length);
    this.#int32(1);
    for (const value of values) {
      if (value === null) this.null();
      else if (typeof value === "number") this.number(value);
      else this.text(value);
    }
    this.#buffer.writeInt32BE(this.length - start - 4, start);
  }

  /** A field of the column's kind; times come in milliseconds since 1970, days as yyyy-mm-dd. */
  cell(kind: CellKind, value: Cell): void {
    if (value === null) this.null();
    else if (kind === "text") this.text(String(value));
    else if (kind === "time") this.time(Number(value));
    else if (kind === "number") this.number(Number(value));
    else if (kind === "flag") this.flag(value === true);
    else if (kind === "texts" || kind === "numbers") this.list(kind, value as readonly string[]);
    else this.integer(Math.floor((Date.parse(String(value)) - epochMs) / dayMs));
  }
}

/** A UUID's 16 bytes. */
export const uuidBytes = (uuid: string): Buffer =>
  Buffer.from(uuid.toLowerCase().replace(hexDigits, ""), "hex");
