import path from "node:path";
import { sameStart } from "@/lib/download/same-start";
import type { Place } from "@/lib/load/load-chunks";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import type { ClaimedFile } from "@/lib/store/claims";
import { storeLoadBegun } from "@/lib/store/file-writes";
import type { StageFunctions } from "./advance-job";
import { isLeaseLost } from "./advance-job";
import type { LoadSlots } from "./load-slots";

/** A pass begins when so much more has arrived than was there for the last one. */
const passBytes = 8 * 1024 * 1024;

type Setting = {
  /** what the file is being written to */
  part: string;
  /** the part that loaded_bytes of an earlier try came from; null where nothing was loaded */
  loadedFrom: string | null;
  stages: StageFunctions;
  slots: LoadSlots;
  signal: AbortSignal;
};

/**
 * Loads a file while it downloads, in passes: each takes the whole lines that have arrived, under the
 * lease of the download, and gives its place back. What an earlier try had loaded counts only where
 * its part begins with the same bytes; else the job's load begins anew.
 */
export class EarlyLoad {
  /** where the load goes on; undefined before the first pass */
  place: Place | undefined;
  #nextAt: number;
  #checked = false;
  #begun = false;
  #pass: Promise<void> | null = null;
  #failure: unknown = null;

  constructor(
    private readonly file: ClaimedFile,
    private readonly setting: Setting,
  ) {
    this.#nextAt = file.loadedBytes + passBytes;
  }

  /** Is something loaded from this part, or about to be? */
  get isUnderWay(): boolean {
    return this.#begun || this.#pass !== null;
  }

  /** So many bytes can be read in the part. Begins a pass where that is worth it and a place is free. */
  received(bytes: number): void {
    if (this.#pass || this.#failure || bytes < this.#nextAt) return;
    const slot = this.setting.slots.take();
    if (!slot) return;
    this.#pass = this.#load(bytes)
      .catch((error) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#pass = null;
        slot();
      });
  }

  async #load(bytes: number): Promise<void> {
    const { file } = this;
    const { part, stages, signal } = this.setting;
    await this.#check(bytes);
    if (!this.#begun) {
      await storeLoadBegun(file, path.posix.join(file.jobId, path.basename(part)));
      this.#begun = true;
    }
    const { place } = await stages.loadFile({
      jobId: file.jobId,
      fileId: file.fileId,
      fileNo: file.fileNo,
      kind: file.kind,
      resourceType: file.resourceType,
      path: part,
      toOffset: bytes,
      from: this.place,
      leaseHolder: file.holder,
      maxLineBytes: env().MAX_LINE_BYTES,
      signal,
    });
    this.place = place;
    this.#nextAt = bytes + passBytes;
  }

  /** @param bytes in the part by now, all that earlier tries had loaded or all of the file */
  async #check(bytes: number): Promise<void> {
    if (this.#checked) return;
    const { jobId, fileId, loadedBytes, holder } = this.file;
    const { part, loadedFrom, stages } = this.setting;
    if (loadedBytes > 0) {
      const same =
        loadedFrom !== null &&
        loadedBytes <= bytes &&
        (await sameStart(loadedFrom, part, loadedBytes));
      if (!same) await stages.restartLoad({ jobId, fileId, leaseHolder: holder });
    }
    this.#checked = true;
  }

  /** The part is whole: waits for the pass that runs, and sees to it that what is loaded is of this part. */
  async whole(bytes: number): Promise<void> {
    await this.ended();
    if (isLeaseLost(this.#failure)) throw this.#failure;
    if (this.#failure) {
      const { jobId, fileNo } = this.file;
      // What it was is met again by the load of the whole file, which tells it.
      log().info({ jobId, fileNo }, "a load during the download failed");
    }
    await this.#check(bytes);
  }

  /** Waits for the pass that runs. */
  async ended(): Promise<void> {
    await this.#pass;
  }
}
