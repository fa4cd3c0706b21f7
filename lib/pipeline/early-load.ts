import path from "node:path";
import { sameStart } from "@/lib/download/same-start";
import type { Place } from "@/lib/load/load-chunks";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import type { ClaimedFile } from "@/lib/store/claims";
import { storeLoadBegun } from "@/lib/store/file-writes";
import type { StageFunctions } from "./advance-job";
import { isLeaseLost } from "./advance-job";
import type { LoadSlots, Slot } from "./load-slots";

/** A pass begins when so much has arrived that is not loaded. */
const beginBytes = 2 * 1024 * 1024;
/** It is asked after so much whether to go on. */
const passBytes = 8 * 1024 * 1024;
/** It goes on while so much more is there: what costs time is its beginning and its end. */
const worthBytes = 1024 * 1024;

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
 * lease of the download, goes on while more arrives, and gives its place back when it has caught up. What an
 * earlier try had loaded counts only where its part begins with the same bytes; else the job's load begins anew.
 */
export class EarlyLoad {
  /** where the load goes on; undefined before the first pass */
  place: Place | undefined;
  /** the place in the worker of a pass that was stopped though there was more to load: for that */
  slot: Slot | null = null;
  #received = 0;
  #nextAt: number;
  #stopping = false;
  #checked = false;
  #begun = false;
  #pass: Promise<void> | null = null;
  #failure: unknown = null;

  constructor(
    private readonly file: ClaimedFile,
    private readonly setting: Setting,
  ) {
    this.#nextAt = file.loadedBytes + beginBytes;
  }

  /** Is something loaded from this part, or about to be? */
  get isUnderWay(): boolean {
    return this.#begun || this.#pass !== null;
  }

  /** So many bytes can be read in the part. Begins a pass where that is worth it and a place is free. */
  received(bytes: number): void {
    this.#received = bytes;
    if (this.#pass || this.#failure || this.#stopping || bytes < this.#nextAt) return;
    const slot = this.setting.slots.take();
    if (!slot) return;
    this.#pass = this.#load()
      .catch((error) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#pass = null;
        if (this.#stopping && !this.#failure) this.slot = slot;
        else slot();
        // What came while it ended is not told again.
        this.received(this.#received);
      });
  }

  /** Up to where the pass that has read so far goes on. */
  #toOffset(from: number): number {
    const more = this.#received - from;
    return this.#stopping || more < worthBytes ? from : from + Math.min(more, passBytes);
  }

  async #load(): Promise<void> {
    const { file } = this;
    const { part, stages, signal } = this.setting;
    await this.#check(this.#received);
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
      toOffset: (from) => this.#toOffset(from),
      from: this.place,
      leaseHolder: file.holder,
      maxLineBytes: env().MAX_LINE_BYTES,
      signal,
    });
    this.place = place;
    this.#nextAt = place.offset + beginBytes;
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

  /** The part is whole: stops the pass that runs, and sees to it that what is loaded is of this part. */
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

  /** Stops the pass that runs, and waits for its end. */
  async ended(): Promise<void> {
    this.#stopping = true;
    await this.#pass;
  }
}
