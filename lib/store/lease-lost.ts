/**
 * What we were working on is not ours any more: the lease ran out and another worker took over, or
 * a person cancelled or removed the job. The step ends without a further write.
 */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
  constructor(what: string) {
    super(`the lease on ${what} is lost`);
  }
}
