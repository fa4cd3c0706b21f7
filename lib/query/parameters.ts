/** The values of a statement that is put together: each gets its place when it is added. */
export class Parameters {
  readonly all: unknown[] = [];

  /** @returns how the statement names it, as "$3::uuid" */
  add(value: unknown, type: string): string {
    this.all.push(value);
    return `$${this.all.length}::${type}`;
  }

  /** The same values, to which others are added without these knowing. */
  copy(): Parameters {
    const copied = new Parameters();
    copied.all.push(...this.all);
    return copied;
  }
}
